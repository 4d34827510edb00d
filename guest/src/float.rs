//! Floats as text.

use crate::error::Error;
use alloc::format;
use alloc::string::String;

/// Most digits after the point: what a Rust format string can ask for.
pub const MAX_PRECISION: u32 = u16::MAX as u32;

/// Writes a float without a fraction if it is whole, else with `precision` digits after the
/// point, as `format_float(value, precision)`.
///
/// Rounds half to even on the exact binary value, as Python does.
///
/// # Errors
/// [`Error::Unsupported`] if `precision` exceeds [`MAX_PRECISION`].
pub fn format(value: f64, precision: u32) -> Result<String, Error> {
    if value.is_nan() {
        return Ok(String::from("nan"));
    }
    if is_whole(value) {
        return Ok(format!("{value:.0}"));
    }
    if precision > MAX_PRECISION {
        return Err(Error::Unsupported("more than 65535 digits after the point"));
    }
    Ok(format!("{value:.*}", precision as usize))
}

/// `float.is_integer` for anything but NaN; infinity, as there, is not whole.
fn is_whole(value: f64) -> bool {
    // From 2^52 on a float has no fraction; below, the conversion to i64 is exact.
    const ALL_WHOLE: f64 = 4_503_599_627_370_496.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::float_cmp)]
    let truncates_to_itself = || value as i64 as f64 == value;
    value.is_finite() && (value.abs() >= ALL_WHOLE || truncates_to_itself())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_floats_have_no_fraction() {
        assert_eq!(format(-0.0, 3).unwrap(), "-0");
        assert_eq!(format(1e22, 3).unwrap(), "10000000000000000000000");
        assert_eq!(format(3.0, u32::MAX).unwrap(), "3");
    }

    #[test]
    fn halves_round_to_even() {
        for (value, text) in [(0.5, "0"), (1.5, "2"), (2.5, "2"), (-0.5, "-0"), (-2.5, "-2")] {
            assert_eq!(format(value, 0).unwrap(), text);
        }
        assert_eq!(format(0.25, 1).unwrap(), "0.2");
        assert_eq!(format(0.35, 1).unwrap(), "0.3");
    }

    #[test]
    fn specials_are_spelled_as_python_spells_them() {
        assert_eq!(format(-f64::NAN, 1).unwrap(), "nan");
        assert_eq!(format(f64::NEG_INFINITY, 1).unwrap(), "-inf");
    }

    #[test]
    fn precision_is_bounded() {
        assert_eq!(format(0.1, MAX_PRECISION).unwrap().len(), 65_537);
        assert!(matches!(format(0.1, MAX_PRECISION + 1), Err(Error::Unsupported(_))));
    }
}
