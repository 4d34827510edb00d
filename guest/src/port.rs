//! Which ports a search covers.

use crate::error::Error;

/// The port after the last that is ever tried: SkyPilot leaves 65535 out.
pub const END: u16 = 65535;

/// The first port of the search `find_free_port(start)` makes; the search ends before [`END`].
///
/// # Errors
/// [`Error::PortOutOfRange`] below zero, [`Error::NoFreePort`] if no port is left to try.
pub fn first(start: i64) -> Result<u16, Error> {
    if start < 0 {
        return Err(Error::PortOutOfRange);
    }
    u16::try_from(start).ok().filter(|&port| port < END).ok_or(Error::NoFreePort)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_skypilots() {
        assert_eq!(first(0), Ok(0));
        assert_eq!(first(65534), Ok(65534));
        assert_eq!(first(65535), Err(Error::NoFreePort));
        assert_eq!(first(i64::MAX), Err(Error::NoFreePort));
        assert_eq!(first(-1), Err(Error::PortOutOfRange));
    }
}
