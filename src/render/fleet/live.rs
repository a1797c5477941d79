//! The line at the bottom of a terminal while a run is under way.

use std::time::Duration;

use crate::render::waiting::cut;

/// How far a run over many accounts has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many accounts the run is about.
    pub total: usize,
    /// How many have ended, those that failed among them.
    pub ended: usize,
    /// How many of those did not end well.
    pub failed: usize,
    /// How many are under way.
    pub under_way: usize,
    /// Whether no further account begins.
    pub is_stopping: bool,
}

/// The line, of at most `columns` characters, after the run has taken so long.
pub fn line(progress: Progress, took: Duration, columns: usize) -> String {
    let Progress {
        total,
        ended,
        failed,
        under_way,
        is_stopping,
    } = progress;
    let mut parts = vec![format!("{}/{total} done", ended - failed.min(ended))];
    if failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    parts.push(format!("{under_way} under way"));
    if is_stopping {
        parts.insert(0, "Stopping".to_owned());
    } else if ended > 0 && !took.is_zero() {
        let each = took.as_secs_f64() / progress_of(ended);
        parts.push(rate(1.0 / each));
        let left = each * progress_of(total.saturating_sub(ended));
        parts.push(format!("{} left", length(left)));
    }
    cut(&parts.join(", "), columns)
}

fn progress_of(count: usize) -> f64 {
    // More accounts than fit into 32 bits do not exist.
    u32::try_from(count).unwrap_or(u32::MAX).into()
}

fn rate(each_second: f64) -> String {
    match each_second {
        fast if fast >= 10.0 => format!("{fast:.0}/s"),
        usual if usual >= 1.0 => format!("{usual:.1}/s"),
        slow => format!("{:.1}/min", slow * 60.0),
    }
}

fn length(seconds: f64) -> String {
    match seconds {
        short if short < 100.0 => format!("{short:.0} s"),
        usual if usual < 6_000.0 => format!("{:.0} min", usual / 60.0),
        long => format!("{:.1} h", long / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_the_run_has_come() {
        let progress = |total, ended, failed, under_way| Progress {
            total,
            ended,
            failed,
            under_way,
            is_stopping: false,
        };
        let rows = [
            (
                progress(1000, 0, 0, 32),
                1,
                "0/1000 done, 32 under way",
                "nothing has ended",
            ),
            (
                progress(1000, 412, 0, 32),
                23,
                "412/1000 done, 32 under way, 18/s, 33 s left",
                "all is well",
            ),
            (
                progress(5000, 4246, 123, 256),
                3_600,
                "4123/5000 done, 123 failed, 256 under way, 1.2/s, 11 min left",
                "some failed",
            ),
            (
                progress(10, 1, 1, 1),
                1_200,
                "0/10 done, 1 failed, 1 under way, 0.1/min, 3.0 h left",
                "slow accounts",
            ),
            (
                Progress {
                    is_stopping: true,
                    ..progress(10, 3, 1, 2)
                },
                60,
                "Stopping, 2/10 done, 1 failed, 2 under way",
                "no further account begins, so that what is left says nothing",
            ),
        ];
        for (progress, seconds, expected, reason) in rows {
            let line = line(progress, Duration::from_secs(seconds), 80);
            assert_eq!(line, expected, "{reason}");
        }
    }

    #[test]
    fn the_usual_line_fits_a_narrow_terminal() {
        let progress = Progress {
            total: 5000,
            ended: 4246,
            failed: 12,
            under_way: 32,
            is_stopping: false,
        };
        let shown = |columns| line(progress, Duration::from_secs(300), columns);
        assert_eq!(shown(60), shown(200), "nothing is cut");
        assert!(shown(40).chars().count() <= 40);
    }
}
