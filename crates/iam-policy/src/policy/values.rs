//! A condition's values in the form in which two values that mean the same are the same text.
//!
//! The forms are those of "IAM JSON policy elements: Condition operators" in the IAM User Guide.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::variables::with_plain_variables;
use crate::reading::Version;

/// A value in the form in which the operator compares it. `base` is the operator without prefix.
pub(super) fn canonical_value(base: &str, value: &str, version: Version) -> String {
    let same_value = if base.starts_with("Numeric") {
        plain_decimal(value)
    } else if base.starts_with("Date") {
        seconds(value)
    } else if base.contains("IpAddress") {
        range(value)
    } else if base.contains("EqualsIgnoreCase") {
        Some(value.to_ascii_lowercase())
    } else if base.starts_with("String") || base.starts_with("Arn") {
        Some(with_plain_variables(value, version))
    } else {
        None
    };
    same_value.unwrap_or_else(|| value.to_owned())
}

/// A decimal without superfluous zeros, or nothing if the value is not a plain decimal. The digits
/// are never converted, so no precision is lost.
fn plain_decimal(value: &str) -> Option<String> {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", value),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    Some(match fraction.trim_end_matches('0') {
        "" if whole == "0" => "0".to_owned(),
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    })
}

/// The seconds since 1970 of a date in the form `2026-01-31T12:00:00Z`. AWS takes a date in this form
/// or as these seconds.
fn seconds(value: &str) -> Option<String> {
    let form = b"0000-00-00T00:00:00Z";
    let is_of_form = value.len() == form.len()
        && value.bytes().zip(form).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            _ => byte == *form,
        });
    if !is_of_form {
        return None;
    }
    let number = |from: usize, to: usize| value[from..to].parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let february = if is_leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month).ok()?.checked_sub(1)?;
    let is_date = year >= 1970 && day >= 1 && day <= *months.get(before)?;
    if !is_date || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let years = 1970..year;
    let days = 365 * (year - 1970)
        + years.filter(|&year| is_leap(year)).count() as u64
        + months[..before].iter().sum::<u64>()
        + (day - 1);
    Some((days * 86_400 + hour * 3_600 + minute * 60 + second).to_string())
}

/// A range of addresses. AWS takes an IPv4 address without a prefix for the range of that address
/// alone. An IPv6 address has many spellings, see RFC 5952.
fn range(value: &str) -> Option<String> {
    if value.parse::<Ipv4Addr>().is_ok() {
        return Some(format!("{value}/32"));
    }
    let (address, prefix) = value.split_once('/')?;
    let address: Ipv6Addr = address.parse().ok()?;
    Some(format!("{address}/{prefix}"))
}
