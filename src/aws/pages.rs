//! Reading in AWS's largest batches: pages to their end, and many names in few calls.

use std::future::Future;

use futures::future::join_all;

use super::AwsError;

/// Reads page after page until there is none.
///
/// # Errors
/// The first page that cannot be read, or a listing that names the same page again: half a listing is none.
pub async fn all<T, P, F>(mut page: P) -> Result<Vec<T>, AwsError>
where
    P: FnMut(Option<String>) -> F,
    F: Future<Output = Result<(Vec<T>, Option<String>), AwsError>>,
{
    let mut items = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let (mut found, next) = page(token.clone()).await?;
        items.append(&mut found);
        match next.filter(|next| !next.is_empty()) {
            None => return Ok(items),
            Some(next) if token.as_ref() == Some(&next) => {
                return Err(AwsError::in_answer(
                    "aws",
                    "List",
                    "EndlessListing",
                    "the listing names its last page again",
                ));
            }
            Some(next) => token = Some(next),
        }
    }
}

/// Asks for items in batches of at most `size`, all at once, and returns each batch with its answer.
pub async fn batches<'a, T, A, F, R>(items: &'a [T], size: usize, ask: A) -> Vec<(&'a [T], R)>
where
    A: Fn(&'a [T]) -> F,
    F: Future<Output = R>,
{
    join_all(items.chunks(size).map(|batch| {
        let answer = ask(batch);
        async move { (batch, answer.await) }
    }))
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pages_are_joined_and_a_broken_one_breaks_the_listing() {
        let page = |token: Option<String>| async move {
            match token.as_deref() {
                None => Ok((vec![1, 2], Some("second".to_owned()))),
                Some("second") => Ok((vec![3], Some(String::new()))),
                Some(_) => Err(AwsError::in_answer("ecs", "ListServices", "Broken", "no")),
            }
        };
        assert_eq!(all(page).await.unwrap(), [1, 2, 3]);
        let broken = |token: Option<String>| async move {
            match token {
                None => Ok((vec![1], Some("next".to_owned()))),
                Some(_) => Err(AwsError::in_answer("ecs", "ListServices", "Broken", "no")),
            }
        };
        assert_eq!(all(broken).await.unwrap_err().code, "Broken");
    }

    #[tokio::test]
    async fn a_listing_without_end_is_an_error() {
        let page = |_| async { Ok((vec![1], Some("same".to_owned()))) };
        assert_eq!(all(page).await.unwrap_err().code, "EndlessListing");
    }

    #[tokio::test]
    async fn batches_are_as_large_as_allowed() {
        let items: Vec<u32> = (0..23).collect();
        let sizes = batches(&items, 10, |batch| async move { batch.len() }).await;
        assert_eq!(
            sizes.iter().map(|(_, size)| *size).collect::<Vec<_>>(),
            [10, 10, 3]
        );
    }
}
