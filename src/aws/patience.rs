//! How long something is waited for, and how often it is looked at.

use std::time::Duration;

use tokio::time::Instant;

use super::clients::Options;

/// Looks come slowly apart, and end at a deadline.
#[derive(Debug)]
pub struct Patience {
    ends: Instant,
    pause: Duration,
    longest: Duration,
}

impl Patience {
    /// As patient as these options say.
    pub fn of(options: &Options) -> Self {
        Patience {
            ends: Instant::now() + options.deadline,
            pause: options.poll,
            longest: options.poll * 10,
        }
    }

    /// Waits for the next look; false when there is none before the deadline.
    pub async fn wait(&mut self) -> bool {
        if Instant::now() + self.pause > self.ends {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = self.pause.mul_f64(1.25).min(self.longest);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn looks_come_apart_and_end_before_the_deadline() {
        let options = Options::in_region("eu-west-1");
        let (begin, mut patience) = (Instant::now(), Patience::of(&options));
        let mut looks = 0;
        while patience.wait().await {
            looks += 1;
        }
        assert!((90..130).contains(&looks), "{looks}");
        assert!(
            begin.elapsed() <= options.deadline
                && begin.elapsed() > options.deadline - Duration::from_secs(11)
        );
    }
}
