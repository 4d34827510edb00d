//! What the component asks its host, and what becomes of the answers.

use component_tests::Sandbox;
use component_tests::bindings::skypilot::utils::host_network::NetworkError;
use component_tests::bindings::skypilot::utils::types::Error;
use golden_vectors::Machine;

#[test]
fn a_port_is_searched_for_in_skypilots_range() {
    let mut instance = Sandbox::new().instantiate();
    for start in [0, 30_000, 65_534] {
        assert_eq!(i64::from(instance.find_free_port(start).unwrap().unwrap()), start);
    }
    let searches = &instance.store.data().port_searches;
    assert_eq!(searches, &[(0, 65_535), (30_000, 65_535), (65_534, 65_535)]);
}

#[test]
fn what_has_no_answer_is_not_searched_for() {
    let mut instance = Sandbox::new().instantiate();
    assert!(matches!(instance.find_free_port(-1).unwrap(), Err(Error::PortOutOfRange)));
    assert!(matches!(instance.find_free_port(65_535).unwrap(), Err(Error::NoFreePort)));
    assert!(instance.store.data().port_searches.is_empty());
}

#[test]
fn a_failed_search_is_the_hosts_to_explain() {
    let mut instance = Sandbox::new().instantiate();
    instance.store.data_mut().network = Some(NetworkError::NoneFree);
    assert!(matches!(instance.find_free_port(30_000).unwrap(), Err(Error::NoFreePort)));
    instance.store.data_mut().network = Some(NetworkError::Failed("no sockets".into()));
    assert!(matches!(instance.find_free_port(30_000).unwrap(), Err(Error::HostFailed)));
}

#[test]
fn an_unknown_machine_is_left_to_the_host() {
    let mut instance = Sandbox::new().machine(Machine::default()).instantiate();
    assert!(matches!(instance.get_cpu_count().unwrap(), Err(Error::Unsupported(_))));
    assert!(matches!(instance.get_mem_size_gb().unwrap(), Err(Error::Unsupported(_))));
}
