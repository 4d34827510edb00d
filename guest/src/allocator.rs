//! The global allocator.
//!
//! Three were measured in the same component, each as a multiple of talc:
//!
//! | | talc | dlmalloc | rlsf |
//! |---|---|---|---|
//! | size of the component | 1 (146 KB) | 1.08 | 0.99 |
//! | memory: 10,000 lines of a 20 MB log | 1 (2.9 MiB) | 1.00 | 1.3 |
//! | memory: 100,000 lines of it | 1 (17 MiB) | 1.00 | 1.5 |
//! | instructions: `base36-encode` of 32 digits | 1 | 0.94 | 1.09 |
//! | instructions: `format-float` | 1 | 0.94 | 1.28 |
//! | instructions: `truncate-long-string` of 10 KB | 1 | 0.99 | 1.01 |
//! | instructions: 10,000 lines of a 20 MB log | 1 | 1.00 | 1.00 |
//! | instructions: MD5 of 64 MiB | 1 | 1.00 | 1.00 |
//! | time: `base36-encode` of 32 digits | 1 | 0.97 to 1.01 | 1.03 to 1.06 |
//! | time: `format-float` | 1 | 0.98 to 1.02 | 1.10 to 1.11 |
//! | time: `truncate-long-string` of 10 KB | 1 | 1.01 | 1.03 to 1.04 |
//! | time: 10,000 lines of a 20 MB log | 1 | 1.01 to 1.03 | 1.01 |
//! | time: MD5 of 64 MiB | 1 | 0.97 to 1.00 | 0.92 to 1.02 |
//!
//! Memory is the lowest limit under which the call succeeds. Instructions are wasmtime's fuel for
//! one call and the same in every run. Times are medians, the three instances taking turns of a
//! millisecond (MD5: of one call) in one process, and the range over two or three runs; those of
//! MD5, which hardly allocates, show how far noise goes. The text to truncate was at changing
//! offsets in its page: at a fixed one, one run took twice the time for the same instructions.
//!
//! So talc is as fast and frugal as dlmalloc in a smaller component; rlsf saves less than 1% of the
//! size, but is slower on the short calls, which are most, and needs half as much memory again on
//! long ones. jemalloc, the usual choice elsewhere, is none here: it is C on top of `mmap` and
//! threads and has no port to WebAssembly.

#[cfg(feature = "dlmalloc")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[cfg(feature = "rlsf")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[cfg(feature = "talc")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
