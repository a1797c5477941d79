//! The waves: in which steps the accounts are changed, and how many may fail.

use super::checked::{Share, Wave};
use super::written::WrittenShare;
use crate::settings::given::{Given, values};
use crate::settings::invalid::Invalid;

const CANARY: &str = "canary";

/// The waves, which grow until the last one reaches every account.
pub(super) fn waves(given: &Given<&Vec<WrittenShare>>, canary: &Given<&Vec<String>>) -> Vec<Wave> {
    let has_canaries = !canary.value.is_empty();
    let all = Wave::Share(Share::Percent(100));
    if given.value.is_empty() {
        return has_canaries
            .then_some(Wave::Canary)
            .into_iter()
            .chain([all])
            .collect();
    }
    let waves = given.check_each(wave);
    let (mut count, mut percent) = (0, 0);
    for (index, wave) in waves.iter().enumerate() {
        let grows = match wave.value {
            Wave::Canary => index == 0,
            Wave::Share(Share::Count(of)) => of > std::mem::replace(&mut count, of),
            Wave::Share(Share::Percent(of)) => of > std::mem::replace(&mut percent, of),
        };
        if !grows {
            wave.refuse(Invalid::new(
                format!(
                    "the wave \"{}\" is not larger than those before it",
                    wave.value
                ),
                "Write \"canary\" first, and then larger and larger waves.",
            ));
        } else if wave.value == Wave::Canary && !has_canaries {
            wave.refuse(Invalid::new(
                "no account is a canary",
                "Name the canaries in `canary`, or take out this wave.",
            ));
        }
    }
    if let Some(last) = waves.last().filter(|it| it.value != all) {
        last.refuse(Invalid::new(
            "the last wave does not reach every account",
            "Write \"100%\" as the last wave.",
        ));
    }
    let has_wave = waves.iter().any(|wave| wave.value == Wave::Canary);
    if has_canaries && !has_wave {
        canary.refuse(Invalid::new(
            "no wave is that of the canaries",
            "Write \"canary\" as the first of `waves`, or take out `canary`.",
        ));
    }
    values(waves)
}

fn wave(written: &WrittenShare) -> Result<Wave, Invalid> {
    match written {
        WrittenShare::Text(text) if text == CANARY => Ok(Wave::Canary),
        written => share(written).map(Wave::Share).map_err(|problem| {
            Invalid::new(
                problem,
                "Write \"canary\", a part of the accounts such as \"10%\", or a number of accounts.",
            )
        }),
    }
}

/// How many accounts may fail.
pub(super) fn max_failures(written: &WrittenShare) -> Result<Share, Invalid> {
    share(written).map_err(|problem| {
        Invalid::new(
            problem,
            "Write a number of accounts, or a part of them such as \"2%\".",
        )
    })
}

fn share(written: &WrittenShare) -> Result<Share, String> {
    match written {
        WrittenShare::Text(text) => text.parse(),
        WrittenShare::Number(number) => usize::try_from(*number)
            .map(Share::Count)
            .map_err(|_| format!("{number} is not a number of accounts")),
    }
}
