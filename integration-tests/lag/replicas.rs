//! A service that answers from replicas: for up to some seconds after a write, a read is at times
//! answered as it was answered before the write.
//!
//! Before a write is carried out, every read that the write may change is asked once more, so that the
//! answer before the write is known. What no write can have changed is not asked again, because the
//! emulator is slower than AWS.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::messages::{essence, is_late, place, replaced, status, subject};
use crate::harness::random::Random;
use crate::harness::{Ask, Call};

/// An account that has nothing, with an id as long as every other.
const EMPTY: &str = "000000000001";

/// The replicas of every service of one account.
pub struct Replicas {
    account: String,
    seed: u64,
    /// By how many seconds answers are late at most.
    longest: u64,
    clock: Mutex<Clock>,
    services: Mutex<BTreeMap<(String, String), Arc<Mutex<Service>>>>,
    journal: Mutex<Vec<String>>,
}

/// The time of the replicas, which stands still while a test reads the truth.
struct Clock {
    started: Instant,
    stood: Duration,
    stands_since: Option<Instant>,
}

/// What is known of one service in one region.
#[derive(Default)]
struct Service {
    /// When each write was carried out, and the text of the write and of its answer.
    writes: Vec<(Duration, String)>,
    reads: HashMap<String, Read>,
}

/// A read, and its answers.
struct Read {
    request: Vec<u8>,
    /// What alone the read is about, as requests write it.
    subject: Option<String>,
    /// The answers, each with the number of writes after which it was first given. `None` if the
    /// answer is not known.
    answers: Vec<(usize, Option<Vec<u8>>)>,
    /// The number of writes after which the read was not asked yet.
    unasked_since: Option<usize>,
    asked: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Replicas {
    /// Replicas of `account` that are late by `longest` seconds at most. The chances follow from `seed`.
    pub fn new(account: &str, seed: u64, longest: u64) -> Self {
        Replicas {
            account: account.to_owned(),
            seed,
            longest,
            clock: Mutex::new(Clock {
                started: Instant::now(),
                stood: Duration::ZERO,
                stands_since: None,
            }),
            services: Mutex::default(),
            journal: Mutex::default(),
        }
    }

    /// Runs `read` while no answer is late and the time of the replicas stands still.
    pub async fn bypassed<T>(&self, read: impl Future<Output = T>) -> T {
        lock(&self.clock).stands_since = Some(Instant::now());
        let result = read.await;
        let mut clock = lock(&self.clock);
        let since = clock.stands_since.take().expect("the clock stands");
        clock.stood += since.elapsed();
        result
    }

    /// The writes and the late answers since the previous `take_journal`.
    pub fn take_journal(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.journal))
    }

    /// Answers a request to the account.
    pub fn answer(&self, call: &Call, request: &[u8], ask: Ask<'_>) -> io::Result<Vec<u8>> {
        if lock(&self.clock).stands_since.is_some() || !is_late(call) {
            return ask(request);
        }
        let service = Arc::clone(lock(&self.services).entry(place(call)).or_default());
        let mut service = lock(&service);
        if call.is_write {
            self.write(&mut service, call, request, ask)
        } else {
            self.read(&mut service, call, request, ask)
        }
    }

    fn write(
        &self,
        service: &mut Service,
        call: &Call,
        request: &[u8],
        ask: Ask<'_>,
    ) -> io::Result<Vec<u8>> {
        let mut text = format!("{} {}", call.line, call.body);
        for read in service.reads.values_mut() {
            if read.unasked_since.is_some() && read.is_changed_by(&text) {
                let answer = ask(&read.request)?;
                read.learn(service.writes.len(), answer);
            }
        }
        let answer = ask(request)?;
        text.push_str(&String::from_utf8_lossy(&answer));
        for read in service.reads.values_mut() {
            if read.is_changed_by(&text) {
                read.unasked_since = Some(service.writes.len() + 1);
            }
        }
        let now = self.now();
        self.note(now, &format!("{} -> {}", call.name, status(&answer)));
        service.writes.push((now, text));
        Ok(answer)
    }

    fn read(
        &self,
        service: &mut Service,
        call: &Call,
        request: &[u8],
        ask: Ask<'_>,
    ) -> io::Result<Vec<u8>> {
        let Service { writes, reads } = service;
        let read = match reads.entry(call.request.clone()) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(place) => place.insert(self.first(writes, call, request, ask)?),
        };
        let fresh = match read.current() {
            // A stream becomes active without a write.
            Some(answer) if call.service != "firehose" => answer.clone(),
            _ => ask(request)?,
        };
        read.learn(writes.len(), fresh.clone());
        read.asked += 1;
        let age = self.age(call, read.asked);
        let now = self.now();
        let then = now.saturating_sub(age);
        let carried_out = writes.partition_point(|(at, _)| *at <= then);
        let Some(late) = read.after(carried_out) else {
            return Ok(fresh);
        };
        if essence(&late) == essence(&fresh) {
            return Ok(fresh);
        }
        let what = format!(
            "{} -> {} as {:.1} s ago, instead of {}",
            call.name,
            status(&late),
            age.as_secs_f32(),
            status(&fresh)
        );
        self.note(now, &what);
        Ok(late)
    }

    /// A read that was never asked before. What was carried out earlier may have changed its answer.
    fn first(
        &self,
        writes: &[(Duration, String)],
        call: &Call,
        request: &[u8],
        ask: Ask<'_>,
    ) -> io::Result<Read> {
        let mut read = Read {
            request: request.to_vec(),
            subject: subject(call),
            answers: Vec::new(),
            unasked_since: None,
            asked: 0,
        };
        let changes = |write: &(Duration, String)| read.is_changed_by(&write.1);
        let Some(first) = writes.iter().position(changes) else {
            read.unasked_since = Some(0);
            return Ok(read);
        };
        let last = writes.iter().rposition(changes).unwrap_or(first);
        // Before the first write the account had nothing of the subject. A list may have had entries.
        let is_list = read.subject.is_none() && ["kms", "iam"].contains(&&*call.service);
        let before = if is_list {
            None
        } else {
            let elsewhere = replaced(request, &self.account, EMPTY);
            Some(replaced(&ask(&elsewhere)?, EMPTY, &self.account))
        };
        read.answers = vec![(0, before), (first + 1, None)];
        read.unasked_since = Some(last + 1);
        Ok(read)
    }

    /// How old the answer may be: half of the answers are not late, a quarter is as late as it can be.
    fn age(&self, call: &Call, asked: u64) -> Duration {
        let mut hasher = DefaultHasher::new();
        (self.seed, &call.name, asked).hash(&mut hasher);
        let mut random = Random::of(hasher.finish());
        match random.below(4) {
            0 | 1 => Duration::ZERO,
            2 => Duration::from_secs(self.longest),
            _ => Duration::from_millis(random.below((self.longest * 1_000).max(1))),
        }
    }

    fn now(&self) -> Duration {
        let clock = lock(&self.clock);
        clock.started.elapsed().saturating_sub(clock.stood)
    }

    fn note(&self, at: Duration, what: &str) {
        lock(&self.journal).push(format!("{:6.1} s  {what}", at.as_secs_f32()));
    }
}

impl Read {
    /// A write to an alias may not name the key whose aliases it changes.
    fn is_changed_by(&self, write: &str) -> bool {
        let subject = self.subject.as_ref();
        subject.is_none_or(|subject| write.contains(subject) || write.contains("alias/"))
    }

    /// The answer that the emulator would give now, if no write can have changed it since it was given.
    fn current(&self) -> Option<&Vec<u8>> {
        let (_, last) = self.answers.last()?;
        last.as_ref().filter(|_| self.unasked_since.is_none())
    }

    /// Keeps the answer that the emulator gave after `writes` writes.
    fn learn(&mut self, writes: usize, answer: Vec<u8>) {
        let from = self.unasked_since.take().unwrap_or(writes);
        let last = self.answers.last().and_then(|(_, last)| last.as_ref());
        if last.is_none_or(|last| essence(last) != essence(&answer)) {
            self.answers.push((from, Some(answer)));
        }
    }

    /// The answer after `writes` writes, if it is known.
    fn after(&self, writes: usize) -> Option<Vec<u8>> {
        let answers = self.answers.iter().rev();
        let (_, answer) = answers.into_iter().find(|(from, _)| *from <= writes)?;
        answer.clone()
    }
}
