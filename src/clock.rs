//! Times as people read them: seconds of a recording of ten seconds, hours of a Holter's.

/// From this length on a recording's times are told in hours, minutes and seconds (s).
const LONG: f64 = 600.0;

/// A moment of a recording of `whole` seconds, to the hundredth of a second: `2.50 s`, `167:59:59.50`.
pub fn moment(seconds: f64, whole: f64) -> String {
    if whole < LONG { format!("{seconds:.2} s") } else { hours(seconds, 2) }
}

/// How long a recording is: `10.0 s`, `24:00:00 h`.
pub fn length(seconds: f64) -> String {
    if seconds < LONG { format!("{seconds:.1} s") } else { format!("{} h", hours(seconds, 0)) }
}

/// A part of a recording of `whole` seconds: `0.0 to 10.0 s of 12.0 s`, `0:10:00 to 0:10:10 of 24:00:00 h`.
pub fn part(from: f64, to: f64, whole: f64) -> String {
    if whole < LONG {
        format!("{from:.1} to {to:.1} s of {}", length(whole))
    } else {
        format!("{} to {} of {}", hours(from, 0), hours(to, 0), length(whole))
    }
}

/// Hours, minutes, and seconds with as many digits behind the point.
fn hours(seconds: f64, digits: usize) -> String {
    let a_second = 10_u64.pow(digits as u32);
    // Rounded before it is split, so that 59.999 s are a minute.
    let all = (seconds.max(0.0) * a_second as f64).round() as u64;
    let (whole, rest) = (all / a_second, all % a_second);
    let fraction = if digits == 0 { String::new() } else { format!(".{rest:0digits$}") };
    format!("{}:{:02}:{:02}{fraction}", whole / 3600, whole / 60 % 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holters_times_are_hours_and_a_short_recordings_seconds() {
        assert_eq!(moment(2.5, 10.0), "2.50 s");
        assert_eq!(moment(2.5, 86_400.0), "0:00:02.50");
        assert_eq!(moment(3_599.999, 86_400.0), "1:00:00.00");
        assert_eq!(moment(604_799.5, 604_800.0), "167:59:59.50");
        assert_eq!(length(10.6), "10.6 s");
        assert_eq!(length(86_400.0), "24:00:00 h");
        assert_eq!(part(0.0, 10.0, 10.6), "0.0 to 10.0 s of 10.6 s");
        assert_eq!(part(600.0, 610.0, 86_400.0), "0:10:00 to 0:10:10 of 24:00:00 h");
    }
}
