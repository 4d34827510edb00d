//! Hands the records of the `log` crate to the host.

use crate::bindings::skypilot::utils::host_log;
use alloc::string::ToString;
use log::{Level, LevelFilter, Log, Metadata, Record};

struct HostLog;

static HOST_LOG: HostLog = HostLog;

/// Installs the logger; later calls do nothing.
///
/// Every record reaches the host, which knows the level its user wants: records are made only off
/// the fast path.
pub(crate) fn install() {
    if log::max_level() == LevelFilter::Off && log::set_logger(&HOST_LOG).is_ok() {
        log::set_max_level(LevelFilter::Trace);
    }
}

impl Log for HostLog {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let level = match record.level() {
            Level::Error => host_log::Level::Error,
            Level::Warn => host_log::Level::Warn,
            Level::Info => host_log::Level::Info,
            Level::Debug => host_log::Level::Debug,
            Level::Trace => host_log::Level::Trace,
        };
        host_log::log(level, record.target(), &record.args().to_string());
    }

    fn flush(&self) {}
}
