//! The golden vectors of `tests/vectors`, for whoever claims to give SkyPilot's answers.
//!
//! An implementation is a closure from a [`Call`] to an [`Answer`] or a [`Failure`]; [`check`]
//! runs it on every recorded case of a function and panics where it differs. The native logic
//! (`guest/tests`) and the component (`tests/tests`) go through the same door, so both are held
//! to the same cases.
//!
//! Only calls in the types of the component's interface get that far. What Python code does before
//! and after them (other argument types, encodings, paths that lead nowhere) is the host's part and
//! is tested in Python.
//!
//! | module | concept |
//! |---|---|
//! | [`value`] | a Python value in the notation of the vectors |
//! | [`case`] | one recorded call and its outcome |
//! | [`machine`] | the machine that a case pretends |
//! | [`call`] | which cases the component can take |
//! | [`outcome`] | whether an answer is the recorded one |
//! | [`check`] | all of it, for one function |
//! | [`script`] | all of it, as JSON |

pub mod call;
pub mod case;
mod check;
pub mod machine;
pub mod outcome;
mod script;
pub mod value;

pub use call::{Algorithm, Call};
pub use check::check;
pub use machine::Machine;
pub use outcome::{Answer, Failure, Override};
pub use script::script;
