//! Reads that answer for many at once: whoever asks while one is under way goes with the next.
//!
//! A thousand deployments that are followed at the same time cost a call for each twenty of them, and one that is
//! followed alone waits for nobody.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::Mutex as Turn;

use super::AwsError;

/// Who wants to know what.
#[derive(Debug)]
struct Ticket<K, V> {
    key: K,
    answer: OnceLock<Result<Option<V>, AwsError>>,
}

/// Reads of one operation.
///
/// # Guarantees
/// - An answer is never older than its question.
/// - Whoever stops asking, in the middle of a read too, keeps nobody from an answer.
#[derive(Debug)]
pub struct Gathered<K, V> {
    size: usize,
    waiting: Mutex<Vec<Arc<Ticket<K, V>>>>,
    turn: Turn<()>,
}

impl<K: Clone + Ord, V: Clone> Gathered<K, V> {
    /// Reads that answer for at most `size` keys a call.
    pub fn of(size: usize) -> Self {
        Gathered {
            size,
            waiting: Mutex::default(),
            turn: Turn::default(),
        }
    }

    /// Asks for one key; `read` is called when it is this question's turn, with all keys that wait by then.
    ///
    /// # Errors
    /// Those of the read that the key went with.
    pub async fn ask<F>(&self, key: K, read: impl FnOnce(Vec<K>) -> F) -> Result<Option<V>, AwsError>
    where
        F: Future<Output = Result<BTreeMap<K, V>, AwsError>>,
    {
        let ticket = Arc::new(Ticket {
            key,
            answer: OnceLock::new(),
        });
        self.waiting().push(ticket.clone());
        let _turn = self.turn.lock().await;
        if let Some(answer) = ticket.answer.get() {
            return answer.clone();
        }
        let batch = self.batch(ticket.clone());
        let answer = read(batch.iter().map(|ticket| ticket.key.clone()).collect()).await;
        for ticket in batch {
            let found = answer.as_ref().map(|found| found.get(&ticket.key).cloned());
            let _ = ticket.answer.set(found.map_err(Clone::clone));
        }
        answer.map(|mut found| found.remove(&ticket.key))
    }

    /// The ticket whose turn it is, and those that go with it; tickets that nobody holds any more are thrown away.
    fn batch(&self, first: Arc<Ticket<K, V>>) -> Vec<Arc<Ticket<K, V>>> {
        let mut waiting = self.waiting();
        waiting.retain(|ticket| !Arc::ptr_eq(ticket, &first) && Arc::strong_count(ticket) > 1);
        let others = waiting.len().min(self.size - 1);
        std::iter::once(first).chain(waiting.drain(..others)).collect()
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Ticket<K, V>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::future::join_all;
    use tokio::time::{sleep, timeout};

    use super::*;

    /// Reads that take a second each, and the batches that they were.
    struct Reads {
        gathered: Gathered<u32, u32>,
        batches: Mutex<Vec<Vec<u32>>>,
    }

    impl Reads {
        fn of(size: usize) -> Self {
            Reads {
                gathered: Gathered::of(size),
                batches: Mutex::default(),
            }
        }

        /// Everything but 13 has ten times itself as its value; a batch with 99 in it fails.
        async fn ask(&self, key: u32) -> Result<Option<u32>, AwsError> {
            let read = async |keys: Vec<u32>| {
                self.batches.lock().unwrap().push(keys.clone());
                sleep(Duration::from_secs(1)).await;
                if keys.contains(&99) {
                    return Err(AwsError::in_answer("ecs", "DescribeServices", "Broken", "no"));
                }
                let known = keys.into_iter().filter(|key| *key != 13);
                Ok(known.map(|key| (key, key * 10)).collect())
            };
            self.gathered.ask(key, read).await
        }

        fn batches(&self) -> Vec<Vec<u32>> {
            self.batches.lock().unwrap().clone()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_alone_waits_for_nobody() {
        let reads = Reads::of(3);
        let begun = tokio::time::Instant::now();
        assert_eq!(reads.ask(1).await.unwrap(), Some(10));
        assert_eq!(begun.elapsed(), Duration::from_secs(1));
        assert_eq!(reads.ask(13).await.unwrap(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_during_a_read_goes_with_the_next() {
        let reads = Reads::of(3);
        let answers = join_all((0..6).map(|key| reads.ask(key))).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(
            answers,
            [Some(0), Some(10), Some(20), Some(30), Some(40), Some(50)]
        );
        assert_eq!(reads.batches(), [vec![0], vec![1, 2, 3], vec![4, 5]]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_is_never_answered_by_a_read_that_began_before_it() {
        let reads = Reads::of(9);
        let again = async {
            sleep(Duration::from_millis(500)).await;
            reads.ask(1).await
        };
        let (first, second) = futures::join!(reads.ask(1), again);
        assert_eq!((first.unwrap(), second.unwrap()), (Some(10), Some(10)));
        assert_eq!(reads.batches(), [[1], [1]]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_read_fails_for_all_who_went_with_it() {
        let reads = Reads::of(2);
        let answers = join_all([1, 98, 99].map(|key| reads.ask(key))).await;
        let codes: Vec<_> = answers
            .into_iter()
            .map(|answer| answer.map_err(|error| error.code))
            .collect();
        assert_eq!(codes, [Ok(Some(10)), Err("Broken".into()), Err("Broken".into())]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_goes_away_in_the_middle_keeps_nobody_from_an_answer() {
        let reads = Reads::of(9);
        let impatient = timeout(Duration::from_millis(500), reads.ask(1));
        let (gone, answer) = futures::join!(impatient, reads.ask(2));
        assert!(gone.is_err());
        assert_eq!(answer.unwrap(), Some(20));
        let gone_while_waiting = timeout(Duration::from_millis(500), reads.ask(3));
        let (_, gone) = futures::join!(reads.ask(4), gone_while_waiting);
        assert!(gone.is_err());
        assert_eq!(reads.ask(5).await.unwrap(), Some(50));
        assert_eq!(reads.batches().last(), Some(&vec![5]));
    }
}
