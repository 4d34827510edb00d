//! The calls and the recorded outcomes as plain JSON, for hosts that are not written in Rust.
//!
//! Such a host reads no Python notation and knows no exception: it calls the component, and
//! compares what that returns with what is written here. The document is
//!
//! ```json
//! {"base36_encode": {"floor": 262, "cases": [{"id": "…", "call": {…}, "returns": …}, …]}, …}
//! ```
//!
//! A `call` has the arguments of the component's function by their names in `wit/`; 64-bit integers
//! are decimal texts, a float is its bits in sixteen hexadecimal digits, and `file` is the content
//! of a file, in parts of hexadecimal bytes and how often they are repeated.
//!
//! `returns` is a text, a list of texts (lines with their ends), or one of the above, and null if
//! there is no such answer. A text is a string or, if it is long, `{"sha256": …, "length": …}`, the
//! digest of its UTF-8 and its length in code points. `raises` is a list instead: the cases of
//! `error` in `wit/types.wit` for which a host raises what SkyPilot raised.
//!
//! `unsupported` is right for every call, as it is for [`check`](crate::check()), but `floor` cases
//! must be answered.

use crate::call::{Call, component_call};
use crate::case::{Case, Raised, load};
use crate::check::FLOORS;
use crate::machine::Machine;
use crate::outcome::{Answer, Failure, Override, is_raised, is_returned};
use crate::value::Value;
use serde_json::{Map, Value as Json, json};

/// The document, for all functions.
///
/// # Panics
/// If the vectors are missing or are not in their format.
#[must_use]
pub fn script() -> Json {
    let functions = FLOORS.into_iter().map(|(function, floor)| {
        let cases: Vec<_> =
            load(function).iter().filter_map(|case| scripted(function, case)).collect();
        (function.into(), json!({"floor": floor, "cases": cases}))
    });
    Json::Object(functions.collect())
}

fn scripted(function: &str, case: &Case) -> Option<Json> {
    let call = component_call(function, case).ok()?;
    let (key, expected) = match &case.outcome {
        Ok(returned) => ("returns", expected(&call, returned).unwrap_or_default()),
        Err(raised) => ("raises", failures(&call, raised)),
    };
    Some(json!({"id": case.id, "call": arguments(&call, case), key: expected}))
}

fn arguments(call: &Call, case: &Case) -> Json {
    match call {
        Call::Base36Encode { hex } => json!({"hex": hex}),
        Call::FormatFloat { value, precision } => {
            json!({"value": bits(*value), "precision": precision})
        }
        Call::TruncateLongString { text, max_length, middle } => {
            json!({"text": text, "max-length": max_length.to_string(), "middle": middle})
        }
        Call::ReadLastNLines { content: _, n, lossy } => {
            json!({"file": case.parts(), "n": n.to_string(), "lossy": lossy})
        }
        Call::HashFile { content: _, algorithm } => {
            json!({"file": case.parts(), "algorithm": algorithm.name()})
        }
        Call::FindFreePort { start } => json!({"start": start.to_string()}),
        Call::GetCpuCount(machine) | Call::GetMemSizeGb(machine) => facts(machine),
    }
}

/// The facts that are known, by their names in `wit/host-system.wit`.
fn facts(machine: &Machine) -> Json {
    let facts = json!({
        "cpu-core-limit": machine.cpu_core_limit,
        "memory-gb-limit": machine.memory_gb_limit,
        "memory-bytes-limit": machine.memory_bytes_limit,
        "logical-cpus": machine.logical_cpus,
        "affinity": machine.affinity,
        "physical-memory": machine.physical_memory.map(|bytes| bytes.to_string()),
        "cgroup-v2": machine.cgroup_v2,
        "cpu-max": machine.cpu_max,
        "cfs-quota": machine.cfs_quota,
        "cfs-period": machine.cfs_period,
        "memory-limit": machine.memory_limit,
    });
    let Json::Object(facts) = facts else { unreachable!() };
    Json::Object(facts.into_iter().filter(|(_, fact)| !fact.is_null()).collect::<Map<_, _>>())
}

/// What the component must return; none if it has no such answer.
fn expected(call: &Call, returned: &Value) -> Option<Json> {
    let written = |answer: Answer, json: Json| is_returned(call, &answer, returned).then_some(json);
    match (call, returned) {
        (
            Call::Base36Encode { .. } | Call::FormatFloat { .. } | Call::TruncateLongString { .. },
            _,
        ) => text(returned),
        (Call::ReadLastNLines { .. }, Value::List(lines)) => lines.iter().map(text).collect(),
        (Call::HashFile { .. }, Value::Hash { hexdigest: Some(digest), .. }) => {
            written(Answer::HexDigest(digest.clone()), json!(digest))
        }
        (Call::FindFreePort { .. } | Call::GetCpuCount(_), &Value::Int(int)) => {
            written(Answer::Count(int.try_into().ok()?), json!(int.to_string()))
        }
        (Call::GetMemSizeGb(_), &Value::Float(gib)) => written(Answer::Gib(gib), json!(bits(gib))),
        _ => None,
    }
}

fn text(returned: &Value) -> Option<Json> {
    match returned {
        Value::Str(text) => Some(json!(text)),
        Value::Digest { sha256, length } => Some(json!({"sha256": sha256, "length": length})),
        _ => None,
    }
}

/// The same bits for every NaN, since Python does not tell them apart either.
fn bits(float: f64) -> String {
    let float = if float.is_nan() { f64::NAN } else { float };
    format!("{:016x}", float.to_bits())
}

/// Every failure that is the recorded one.
fn failures(call: &Call, raised: &Raised) -> Json {
    let plain = [
        (Failure::InvalidHex, "invalid-hex"),
        (Failure::PortOutOfRange, "port-out-of-range"),
        (Failure::NoFreePort, "no-free-port"),
        (Failure::InfiniteCpuCount, "infinite-cpu-count"),
        (Failure::ZeroCpuPeriod, "zero-cpu-period"),
        (Failure::InvalidUtf8, "invalid-utf8"),
    ];
    let plain = plain.into_iter().map(|(failure, tag)| (failure, json!({"tag": tag})));
    plain
        .chain(invalid_overrides(call))
        .filter(|(failure, _)| is_raised(call, failure, raised))
        .map(|(_, json)| json)
        .collect()
}

fn invalid_overrides(call: &Call) -> Vec<(Failure, Json)> {
    let (Call::GetCpuCount(machine) | Call::GetMemSizeGb(machine)) = call else {
        return Vec::new();
    };
    let overrides = [
        (Override::CpuCores, "cpu-cores", &machine.cpu_core_limit),
        (Override::MemoryGb, "memory-gb", &machine.memory_gb_limit),
        (Override::MemoryBytes, "memory-bytes", &machine.memory_bytes_limit),
    ];
    let mut invalid = Vec::new();
    for (variable, name, text) in overrides {
        let Some(text) = text else { continue };
        for nan in [false, true] {
            let val = json!({"variable": name, "text": text, "nan": nan});
            let failure = Failure::InvalidOverride { variable, text: text.clone(), nan };
            invalid.push((failure, json!({"tag": "invalid-override", "val": val})));
        }
    }
    invalid
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(function: &str, id: &str) -> Json {
        let cases = load(function);
        let case = cases.iter().find(|case| case.id == id).expect("a known case");
        scripted(function, case).expect("a call of the component")
    }

    #[test]
    fn enough_cases_have_an_answer() {
        for (function, script) in script().as_object().unwrap() {
            let cases = script["cases"].as_array().unwrap();
            let answered = |case: &&Json| {
                !case["returns"].is_null()
                    || case["raises"].as_array().is_some_and(|a| !a.is_empty())
            };
            let answered = cases.iter().filter(answered).count();
            assert!(answered as u64 >= script["floor"].as_u64().unwrap(), "{function}: {answered}");
        }
    }

    #[test]
    fn numbers_that_json_cannot_carry_are_texts() {
        assert_eq!(bits(0.1), "3fb999999999999a");
        assert_eq!(bits(-0.0), "8000000000000000");
        assert_eq!(bits(-f64::NAN), "7ff8000000000000");
        let call = &case("truncate_long_string", "default-length-001")["call"];
        assert_eq!(call["max-length"], "35");
    }

    #[test]
    fn an_exception_is_the_failure_that_leads_to_it() {
        let port = case("find_free_port", "keyword-001");
        assert_eq!(port["raises"], json!([{"tag": "no-free-port"}]));
    }

    #[test]
    fn an_answer_of_another_kind_is_none() {
        let call = Call::HashFile { content: Vec::new(), algorithm: crate::Algorithm::Md5 };
        let sha1 = Value::Hash {
            name: "sha1".into(),
            digest_size: 20,
            hexdigest: Some("da39a3ee5e6b4b0d3255bfef95601890afd80709".into()),
        };
        assert_eq!(expected(&call, &sha1), None);
        assert_eq!(expected(&call, &Value::None), None);
    }
}
