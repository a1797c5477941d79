//! Accounts of moto, whose credentials come from AssumeRole.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use aws_sdk_iam::config::Credentials;
use serde_json::{Value as Json, json};

use super::{Account, MAIN, clients, endpoint, models, unused_id};

impl Account {
    /// The same as [`Account::new`], in moto.
    ///
    /// moto's policy simulator fails with an internal error, so no command may call it here.
    pub async fn in_moto(regions: &[&str]) -> Self {
        Account::of_moto(unused_id(), regions).await
    }

    /// The account of this id, in moto.
    pub async fn of_moto(id: String, regions: &[&str]) -> Self {
        let endpoint = endpoint("MOTO_ENDPOINT_URL");
        let anyone = Credentials::new("anyone", "test", None, None, "tests");
        let sts = aws_sdk_sts::Client::new(&clients::config(&endpoint, anyone));
        let session = sts
            .assume_role()
            .role_arn(format!("arn:aws:iam::{id}:role/deployer"))
            .role_session_name("tests");
        let session = session.send().await.expect("a session of any role");
        let session = session.credentials.expect("the session's credentials");
        let credentials = Credentials::new(
            session.access_key_id,
            session.secret_access_key,
            Some(session.session_token),
            None,
            "tests",
        );
        let account = Account::with(&endpoint, id, credentials, regions);
        account.refuse("SimulatePrincipalPolicy", "AccessDenied", "not in moto");
        account
    }

    /// The same as [`Account::applied`], in moto.
    pub async fn applied_in_moto(regions: &[&str]) -> Self {
        let account = Account::in_moto(regions).await;
        account.apply(&[]);
        account
    }

    /// The ARNs of everything in the main region that has all of `tags`, from the Resource Groups
    /// Tagging API.
    pub fn tagged_in_moto(&self, tags: &[(&str, &str)]) -> BTreeSet<String> {
        let filters = tags
            .iter()
            .map(|(key, value)| json!({"Key": key, "Values": [value]}));
        let body = json!({"TagFilters": filters.collect::<Vec<_>>()}).to_string();
        let request = format!(
            "POST / HTTP/1.0\r\nx-amz-target: ResourceGroupsTaggingAPI_20170126.GetResources\r\n\
             authorization: AWS4-HMAC-SHA256 Credential={}/20260101/{MAIN}/tagging/aws4_request, \
             SignedHeaders=host, Signature=none\r\ncontent-type: application/x-amz-json-1.1\r\n\
             content-length: {}\r\n\r\n{body}",
            self.credentials.access_key_id(),
            body.len(),
        );
        assert_eq!(models::refused(request.as_bytes()), Vec::<String>::new());
        let endpoint = endpoint("MOTO_ENDPOINT_URL");
        let address = endpoint.trim_start_matches("http://").trim_end_matches('/');
        let mut moto = TcpStream::connect(address).expect("moto");
        moto.write_all(request.as_bytes()).expect("moto listens");
        let mut answer = String::new();
        moto.read_to_string(&mut answer).expect("moto answers");
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
        let body: Json = serde_json::from_str(body.unwrap_or_default())
            .unwrap_or_else(|error| panic!("{error} in {answer}"));
        let found = body["ResourceTagMappingList"].as_array();
        let found = found.unwrap_or_else(|| panic!("no list in {answer}"));
        let arns = found.iter().filter_map(|it| it["ResourceARN"].as_str());
        arns.map(ToOwned::to_owned).collect()
    }
}
