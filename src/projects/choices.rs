//! Numbers that decide, and the search for a list of them that breaks a property.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use proptest::collection::vec;
use proptest::num::u16::ANY;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// Cases that share a generator of random numbers; the seed of a failing block repeats it.
const BLOCK: u64 = 50;

/// A list of numbers that is read from its start; behind its end are zeros, which decide for the least.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    numbers: &'a [u16],
}

impl<'a> Choices<'a> {
    /// Reads these numbers.
    pub fn new(numbers: &'a [u16]) -> Self {
        Choices { numbers }
    }

    fn next(&mut self) -> usize {
        match self.numbers {
            [] => 0,
            [first, rest @ ..] => {
                self.numbers = rest;
                usize::from(*first)
            }
        }
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.next() % end
    }

    /// Yes in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// The items in any order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = at - self.below(at + 1);
            items.swap(at, other);
        }
    }
}

/// How many cases: as many as the variable says, or else `default`.
pub fn cases(variable: &str, default: u64) -> u64 {
    let asked = std::env::var(variable).ok();
    asked.map_or(default, |count| count.parse().unwrap())
}

/// Expects of so many lists of at most `longest` numbers that the property holds, on all cores.
///
/// A failure names its seed, and the least numbers that still fail; `SENDO_SEED` begins with that seed.
pub fn holds<F>(cases: u64, longest: usize, property: F)
where
    F: Fn(&mut Choices<'_>) -> Result<(), String> + Sync,
{
    let begin = first_seed();
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let work = || {
        while !failed.load(Ordering::Relaxed) {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block * BLOCK >= cases {
                return;
            }
            let count = BLOCK.min(cases - block * BLOCK);
            let result = run(begin + block, count, longest, &property);
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            result.unwrap_or_else(|why| panic!("SENDO_SEED={}: {why}", begin + block));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
}

/// The seed that `SENDO_SEED` names, or else the first: the same cases in every run.
pub fn first_seed() -> u64 {
    std::env::var("SENDO_SEED").map_or(1, |seed| seed.parse().unwrap())
}

/// Draws of this seed.
pub fn runner(seed: u64, config: Config) -> TestRunner {
    let mut bytes = [1; 16];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::XorShift, &bytes))
}

fn run<F>(seed: u64, cases: u64, longest: usize, property: &F) -> Result<(), String>
where
    F: Fn(&mut Choices<'_>) -> Result<(), String>,
{
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let outcome = runner(seed, config).run(&vec(ANY, 0..longest), |numbers| {
        property(&mut Choices::new(&numbers)).map_err(TestCaseError::fail)
    });
    outcome.map_err(|error| error.to_string())
}

/// Expects two things to be equal, and says what differs.
pub fn same<T: PartialEq + Debug>(left: &T, right: &T, what: &str) -> Result<(), String> {
    match left == right {
        true => Ok(()),
        false => Err(format!("{what}:\n{left:#?}\n{right:#?}")),
    }
}
