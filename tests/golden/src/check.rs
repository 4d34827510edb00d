//! Every recorded case of one function.

use crate::call::{Call, component_call};
use crate::case::load;
use crate::outcome::{Answer, Failure, is_raised, is_returned};
use std::collections::BTreeMap;

/// How many cases of a function must at least be compared, so that a reader that understands
/// nothing is not taken for an implementation that gets everything right. Raise them with the
/// vectors.
pub(crate) const FLOORS: [(&str, usize); 8] = [
    ("base36_encode", 262),
    ("find_free_port", 15),
    ("format_float", 481),
    ("get_cpu_count", 261),
    ("get_mem_size_gb", 309),
    ("hash_file", 177),
    ("read_last_n_lines", 386),
    ("truncate_long_string", 810),
];

/// Holds an implementation to every recorded case of a function that the component can take, and
/// prints how many those were and why the others were not.
///
/// # Panics
/// If an answer is not the recorded one, or if fewer cases were compared than are known to be
/// possible.
pub fn check(function: &str, mut implementation: impl FnMut(&Call) -> Result<Answer, Failure>) {
    let cases = load(function);
    let mut agreed = 0;
    let mut left_to_the_host: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let call = match component_call(function, case) {
            Ok(call) => call,
            Err(reason) => {
                *left_to_the_host.entry(reason.into()).or_default() += 1;
                continue;
            }
        };
        let outcome = implementation(&call);
        let right = match (&outcome, &case.outcome) {
            (Err(Failure::Unsupported(what)), _) => {
                *left_to_the_host.entry(format!("unsupported: {what}")).or_default() += 1;
                continue;
            }
            (Ok(answer), Ok(returned)) => is_returned(&call, answer, returned),
            (Err(failure), Err(raised)) => is_raised(&call, failure, raised),
            _ => false,
        };
        if right {
            agreed += 1;
        } else {
            wrong.push(format!("{}: got {outcome:?}, not {:?}", case.id, case.outcome));
        }
    }

    println!("{function}: {agreed} of {} cases agree", cases.len());
    for (reason, count) in left_to_the_host {
        println!("  {count:4} left to the host: {reason}");
    }
    assert!(wrong.is_empty(), "{function} differs in {}:\n{}", wrong.len(), wrong.join("\n"));
    let (_, floor) = FLOORS.iter().find(|(name, _)| *name == function).expect("a known function");
    assert!(agreed >= *floor, "{function}: only {agreed} cases were compared, not {floor}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "base36_encode differs in")]
    fn a_wrong_answer_is_noticed() {
        check("base36_encode", |_| Ok(Answer::Text("0".into())));
    }

    #[test]
    #[should_panic(expected = "find_free_port differs in")]
    fn a_wrong_failure_is_noticed() {
        check("find_free_port", |_| Err(Failure::NoFreePort));
    }

    #[test]
    #[should_panic(expected = "only 0 cases were compared")]
    fn leaving_everything_to_the_host_is_noticed() {
        check("format_float", |_| Err(Failure::Unsupported("everything".into())));
    }
}
