//! A deployment from the first plan to the destroy.

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER, inventory};

#[tokio::test]
async fn a_deployment_is_created_found_unchanged_and_removed() {
    let account = Account::in_moto(&[MAIN, OTHER]).await;
    account.apply(&[]).has_done(13);
    Deployment::of(&account, &[MAIN, OTHER]).check().await;
    account.plan(&[]).has_no_changes();
    account.apply(&[]).writes_nothing().says("No changes");

    account.destroy(&[]);
    let left = inventory::of(&account, &[MAIN, OTHER]).await;
    assert_eq!(left, [].into());
    account
        .provision(&["destroy", "--yes"])
        .exits(0)
        .writes_nothing();
}
