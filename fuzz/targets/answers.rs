//! Any bytes as one of AWS's answers, JSON or XML, in a look at a project that AWS has: read it, plan.
#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use sendo_fuzz::aws::{Answer, Aws};
use sendo_fuzz::plans;

/// The statuses that the second byte chooses from.
const STATUSES: [u16; 8] = [200, 400, 403, 404, 409, 429, 500, 503];

/// Where the answers as they were are put, to begin with.
const SEEDS: &str = "SENDO_FUZZ_SEEDS";

struct Stage(Aws);

// One thread alone runs the target.
static STAGE: OnceLock<Stage> = OnceLock::new();

// The first byte chooses the request, the second the status; the rest is the answer's body.
fuzz_target!(init: begin(), |input: &[u8]| -> Corpus {
    let ([request, status, body @ ..], Some(Stage(aws))) = (input, STAGE.get()) else {
        return Corpus::Reject;
    };
    let request = usize::from(*request) % aws.exchanges.len();
    let answer = Answer {
        status: STATUSES[usize::from(*status) % STATUSES.len()],
        content_type: aws.exchanges[request].answer.content_type.clone(),
        body: body.to_vec(),
    };
    if let Some(snapshot) = aws.look(request, answer) {
        plans::canonical_stays(&aws.desired, &snapshot);
        plans::show(&aws.loaded, &aws.desired, &snapshot);
    }
    Corpus::Keep
});

fn begin() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop");
    let aws = Aws::of(&folder, "staging");
    let snapshot = aws.found();
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    if let Some(seeds) = std::env::var_os(SEEDS) {
        for (number, exchange) in aws.exchanges.iter().enumerate() {
            let name = exchange.operation.replace(['/', ' ', '*'], "_");
            let mut seed = vec![u8::try_from(number).expect("few requests"), 0];
            seed.extend(&exchange.answer.body);
            let path = Path::new(&seeds).join(format!("{number:03}-{name}"));
            std::fs::write(path, seed).expect("a seed is written");
        }
    }
    assert!(STAGE.set(Stage(aws)).is_ok(), "there is one stage");
}
