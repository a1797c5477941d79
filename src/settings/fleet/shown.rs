//! The settings of a fleet by their keys, as `provision config` shows them.

use serde_json::{Map, Value as Json, json};

use super::checked::{Fleet, Override, Share, Wave};

impl Fleet {
    /// The value of each key. The external ID is not among them.
    pub(in crate::settings) fn shown(&self) -> Json {
        let exclude = self.excluded_accounts.iter().map(ToString::to_string);
        let exclude: Vec<String> = exclude.chain(self.excluded_ous.iter().cloned()).collect();
        let overrides = self.overrides.iter();
        let overrides: Map<String, Json> = overrides
            .map(|(account, own)| (account.to_string(), own.shown()))
            .collect();
        json!({
            "role": self.role,
            "organization": self.organization,
            "accounts": texts(&self.accounts),
            "ous": self.ous,
            "account_tags": self.account_tags,
            "exclude": exclude,
            "management": self.management,
            "expect": self.expect.map(|(least, most)| match least == most {
                true => json!(least),
                false => json!({"min": least, "max": most}),
            }),
            "missing_regions": if self.skips_missing_regions { "skip" } else { "fail" },
            "canary": texts(&self.canary),
            "waves": self.waves.iter().map(wave).collect::<Vec<_>>(),
            "wave_pause": pause(self.wave_pause.as_secs()),
            "max_failures": share(self.max_failures),
            "account": overrides,
        })
    }
}

impl Override {
    fn shown(&self) -> Json {
        let mut shown = Map::new();
        if !self.regions.is_empty() {
            shown.insert("regions".to_owned(), json!(texts(&self.regions)));
        }
        if !self.tags.is_empty() {
            shown.insert("tags".to_owned(), json!(self.tags));
        }
        shown.into()
    }
}

fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(T::to_string).collect()
}

fn wave(wave: &Wave) -> Json {
    match wave {
        Wave::Canary => wave.to_string().into(),
        Wave::Share(of) => share(*of),
    }
}

fn share(share: Share) -> Json {
    match share {
        Share::Count(count) => count.into(),
        Share::Percent(_) => share.to_string().into(),
    }
}

/// A number of seconds in the largest unit in which it is a whole number.
fn pause(seconds: u64) -> String {
    match seconds {
        0 => "0s".to_owned(),
        hours if hours % 3600 == 0 => format!("{}h", hours / 3600),
        minutes if minutes % 60 == 0 => format!("{}m", minutes / 60),
        seconds => format!("{seconds}s"),
    }
}
