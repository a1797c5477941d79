//! Attacks on an account, each played with the real program against the emulator (`make attack`).
//!
//! An attack prepares what the attacker may do, runs the program, and names what the program said. Each
//! resource that the attack guards is compared with all of its content before and after.
//! `docs/attacks.md` has the table; `UPDATE_DOCS=1` writes the page again.

mod containment;
mod data;
mod keys;
mod names;
mod runs;
mod stage;

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::thread;

use futures_util::future::LocalBoxFuture;
use tokio::runtime::Builder;

use crate::faults::say;
use stage::Played;

/// How many attacks are played at the same time.
const AT_ONCE: usize = 8;

/// One attack.
struct Attack {
    /// What the attacker does.
    name: &'static str,
    /// What the attacker may do in the account.
    may: &'static str,
    play: fn() -> LocalBoxFuture<'static, Played>,
}

/// Every attack, by its subject.
fn attacks() -> Vec<Attack> {
    let by_subject = [
        keys::attacks(),
        containment::attacks(),
        data::attacks(),
        names::attacks(),
        runs::attacks(),
    ];
    by_subject.into_iter().flatten().collect()
}

/// The page's table.
fn table(played: &[(&Attack, Played)]) -> String {
    let mut table =
        "| attack | what the attacker may do | what the program says | lost |\n|---|---|---|---|\n"
            .to_owned();
    for (attack, played) in played {
        let Attack { name, may, .. } = attack;
        let Played { said, lost } = played;
        let lost = if lost.is_empty() {
            "nothing".to_owned()
        } else {
            lost.join(", ")
        };
        writeln!(table, "| {name} | {may} | {said} | {lost} |").expect("a string grows");
    }
    table
}

/// Plays an attack to its end.
fn play(attack: &Attack) -> Played {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on((attack.play)())
}

#[test]
fn every_attack_loses_nothing() {
    let attacks = attacks();
    let mut played = Vec::new();
    for some in attacks.chunks(AT_ONCE) {
        thread::scope(|scope| {
            let playing = some.iter().map(|attack| scope.spawn(|| play(attack)));
            let playing: Vec<_> = playing.collect();
            for (attack, playing) in some.iter().zip(playing) {
                let result = playing.join();
                let result = result.unwrap_or_else(|_| panic!("cannot play: {}", attack.name));
                played.push((attack, result));
            }
        });
    }
    let table = table(&played);
    say(&format!("\n{table}{} attacks", played.len()));
    let lost = played.iter().filter(|(_, played)| !played.lost.is_empty());
    let lost: Vec<&str> = lost.map(|(attack, _)| attack.name).collect();
    assert!(lost.is_empty(), "{lost:?} were successful");

    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/attacks.md");
    let text = fs::read_to_string(&page).expect("the page");
    let (head, _) = text.split_once("| attack |").expect("a table");
    let wanted = format!("{head}{table}");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&page, wanted).expect("the page");
    } else {
        assert_eq!(text, wanted, "`UPDATE_DOCS=1 make attack` writes the page");
    }
}
