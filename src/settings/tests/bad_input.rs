//! Each bad value and the one message that it gives.

use super::*;

/// Each line that is put in place of the good file's, and the message that it must give.
#[test]
fn bad_values_in_the_file_are_refused_by_name() {
    let boundary = "permissions_boundary = \"\"";
    let cases = [
        (
            "account = \"123456789012\"",
            "account = \"12345\"",
            "provision.toml: account: \"12345\" is not an AWS account ID",
        ),
        (
            "account = \"123456789012\"",
            "account = 123456789012",
            "provision.toml: account: the value must be a string in quotes, and is a number",
        ),
        (
            "account =",
            "acount =",
            "provision.toml: unknown key `acount`",
        ),
        (
            "postfix =",
            "postifx =",
            "provision.toml: unknown key `postifx` in [stackstate]",
        ),
        (
            "trust = \"external\"",
            "trust = \"internal\"",
            "provision.toml: stackstate.trust: \"internal\" is neither \"external\" nor \"ec2\"",
        ),
        (
            "regions = [\"eu-west-1\", \"us-east-1\"]",
            "regions = [\"eu-west-11\"]",
            "provision.toml: regions: \"eu-west-11\" is not the code of an AWS region",
        ),
        (
            "\"us-east-1\"",
            "\"eu-west-1\"",
            "provision.toml: regions: eu-west-1 is listed twice",
        ),
        (
            "\"us-east-1\"",
            "\"cn-north-1\"",
            "provision.toml: regions: cn-north-1 belongs to the partition aws-cn, but the main \
             region eu-west-1 to aws",
        ),
        (
            "[\"210987654321\"]",
            "[\"*\"]",
            "provision.toml: stackstate.agent_principals: \"*\" contains a wildcard, which would \
             trust more than one principal",
        ),
        (
            "[\"210987654321\"]",
            "[\"21098765432\"]",
            "provision.toml: stackstate.agent_principals: \"21098765432\" is neither an AWS account \
             ID nor an ARN",
        ),
        (
            "[\"210987654321\"]",
            "[\"arn:aws:iam:210987654321:root\"]",
            "provision.toml: stackstate.agent_principals: \"arn:aws:iam:210987654321:root\" is not \
             an ARN: it does not consist of \"arn\" and five more parts",
        ),
        (
            "[\"210987654321\"]",
            "[\"arn:aws:iam::210987654321:group/a\"]",
            "provision.toml: stackstate.agent_principals: \"arn:aws:iam::210987654321:group/a\" is \
             not the ARN of an account's root, a user, a role or an assumed role",
        ),
        (
            "[\"210987654321\"]",
            "[\"210987654321\", \"210987654321\"]",
            "provision.toml: stackstate.agent_principals: 210987654321 is listed twice",
        ),
        (
            "[\"210987654321\"]",
            "[\"210987654321\", \"arn:aws:iam::210987654321:root\"]",
            "provision.toml: stackstate.agent_principals: 210987654321 and \
             arn:aws:iam::210987654321:root mean the same principal",
        ),
        (
            "[\"210987654321\"]",
            "[\"arn:aws-cn:iam::210987654321:root\"]",
            "provision.toml: stackstate.agent_principals: \"arn:aws-cn:iam::210987654321:root\" \
             belongs to the partition aws-cn, but the region eu-west-1 to aws",
        ),
        (
            "agent_principals = [\"210987654321\"]",
            "",
            "provision.toml: stackstate.agent_principals: the agent's principals are missing, so nobody \
             could assume the integration role",
        ),
        (
            "external_id = \"${STS_EXTERNAL_ID}\"",
            "",
            "provision.toml: stackstate.external_id: the external ID is missing, without which the \
             integration role trusts nobody",
        ),
        (
            "${STS_EXTERNAL_ID}",
            "uniquesecret!1",
            "provision.toml: stackstate.external_id: the external ID has the character '!' at \
             position 13, which AWS does not accept",
        ),
        (
            "${STS_EXTERNAL_ID}",
            "a",
            "provision.toml: stackstate.external_id: the external ID has only 1 character",
        ),
        (
            "${STS_EXTERNAL_ID}",
            "",
            "provision.toml: stackstate.external_id: the external ID has 0 characters",
        ),
        (
            "${STS_EXTERNAL_ID}",
            "sécret",
            "provision.toml: stackstate.external_id: the external ID has the character 'é' at \
             position 2, which AWS does not accept",
        ),
        (
            "${STS_EXTERNAL_ID}",
            "id-${STS_EXTERNAL_ID}",
            "provision.toml: stackstate.external_id: the external ID has the character '$' at \
             position 4, which AWS does not accept",
        ),
        (
            "${STS_EXTERNAL_ID}",
            "${NOT_SET}",
            "provision.toml: stackstate.external_id: the environment variable NOT_SET is not set or \
             is empty",
        ),
        (
            "${STS_EXTERNAL_ID}",
            "${EMPTY}",
            "provision.toml: stackstate.external_id: the environment variable EMPTY is not set or \
             is empty",
        ),
        (
            "${STS_EXTERNAL_ID}",
            "${BAD_ID}",
            "provision.toml: stackstate.external_id: the value of the environment variable BAD_ID \
             has the character ' ' at position 7, which AWS does not accept",
        ),
        (
            "postfix = \"\"",
            "postfix = \"-Two\"",
            "provision.toml: stackstate.postfix: \"-Two\" cannot end the names of resources: S3 \
             does not accept the character 'T'",
        ),
        (
            "postfix = \"\"",
            "postfix = \"-a.mrap\"",
            "provision.toml: stackstate.postfix: \"-a.mrap\" cannot end the names of resources: S3 \
             does not accept the character '.'",
        ),
        (
            "postfix = \"\"",
            "postfix = \"-two-\"",
            "provision.toml: stackstate.postfix: \"-two-\" cannot end the names of resources: a \
             bucket's name must not end with '-'",
        ),
        (
            "postfix = \"\"",
            "postfix = \"-x--x-s3\"",
            "provision.toml: stackstate.postfix: \"-x--x-s3\" cannot end the names of resources: S3 \
             keeps the ending \"--x-s3\" for itself",
        ),
        (
            "postfix = \"\"",
            "postfix = \"-s3alias\"",
            "provision.toml: stackstate.postfix: \"-s3alias\" cannot end the names of resources: S3 \
             keeps the ending \"-s3alias\" for itself",
        ),
        (
            "postfix = \"\"",
            "postfix = \"-eu-an\"",
            "provision.toml: stackstate.postfix: \"-eu-an\" cannot end the names of resources: S3 keeps \
             the ending \"-an\" for itself",
        ),
        (
            "postfix = \"\"",
            "postfix = \"-a23456789012345678901\"",
            "provision.toml: stackstate.postfix: \"-a23456789012345678901\" cannot end the names of \
             resources: it has 22 characters",
        ),
        (
            boundary,
            "permissions_boundary = \"boundary\"",
            "provision.toml: stackstate.permissions_boundary: \"boundary\" is not an ARN: it does \
             not consist of \"arn\" and five more parts",
        ),
        (
            boundary,
            "permissions_boundary = \"arn:aws:iam::123456789012:role/b\"",
            "provision.toml: stackstate.permissions_boundary: \"arn:aws:iam::123456789012:role/b\" \
             is not the ARN of a managed policy",
        ),
        (
            boundary,
            "permissions_boundary = \"arn:aws-cn:iam::123456789012:policy/b\"",
            "provision.toml: stackstate.permissions_boundary: \
             \"arn:aws-cn:iam::123456789012:policy/b\" belongs to the partition aws-cn, but the \
             region eu-west-1 to aws",
        ),
        (
            boundary,
            "permissions_boundary = \"arn:aws:iam::210987654321:policy/b\"",
            "provision.toml: stackstate.permissions_boundary: \"arn:aws:iam::210987654321:policy/b\" is \
             a policy of another account than 123456789012",
        ),
        (
            "keep_policies = []",
            "keep_policies = [\"arn:aws:iam::210987654321:policy/b\"]",
            "provision.toml: stackstate.keep_policies: \"arn:aws:iam::210987654321:policy/b\" is a policy \
             of another account than 123456789012",
        ),
        (
            "keep_policies = []",
            "keep_policies = [\"a b\"]",
            "provision.toml: stackstate.keep_policies: \"a b\" is neither the ARN nor the kind and \
             name of a policy",
        ),
        (
            "keep_policies = []",
            "keep_policies = [\"theirs\"]",
            "provision.toml: stackstate.keep_policies: \"theirs\" is neither the ARN nor the kind \
             and name of a policy",
        ),
        (
            "keep_policies = []",
            "keep_policies = [\"arn:aws:iam::aws:role/a\"]",
            "provision.toml: stackstate.keep_policies: \"arn:aws:iam::aws:role/a\" is not the ARN \
             of a managed policy",
        ),
        (
            "keep_policies = []",
            "keep_policies = [\"aws/a\", \"inline/a\", \"aws/a\"]",
            "provision.toml: stackstate.keep_policies: \"aws/a\" is listed twice",
        ),
        (
            "team =",
            "\"a*b\" =",
            "provision.toml: tags.\"a*b\": the key \"a*b\" has the character '*' at position 2",
        ),
        (
            "team =",
            "\"\" =",
            "provision.toml: tags.\"\": the key \"\" has 0 characters",
        ),
        (
            "\"observability\"",
            "\"a\\tb\"",
            "provision.toml: tags.team: the value of \"team\" has the character '\\t' at position 2",
        ),
        (
            "\"observability\"",
            "1",
            "provision.toml: tags.team: the value must be a string in quotes, and is a number",
        ),
        (
            "team =",
            "\"AWS:team\" =",
            "provision.toml: tags.\"AWS:team\": the tag \"AWS:team\" has a key or a value that \
             starts with \"aws:\"",
        ),
        (
            "team =",
            "\"Provision:system\" =",
            "provision.toml: tags.\"Provision:system\": the key \"Provision:system\" starts with \
             \"provision:\"",
        ),
        (
            "team =",
            "Team = \"a\", team =",
            "provision.toml: tags.team: the key \"team\" differs from \"Team\" in case only",
        ),
    ];
    for (good, bad, message) in cases {
        let file = GOOD.replacen(good, bad, 1);
        assert_ne!(file, GOOD, "{good} is not in the file");
        let failure = error(&file, &[]);
        assert_eq!(placeless(&failure), message, "for {bad}");
        assert_eq!(failure.also, [], "for {bad}");
        // What is missing has no place but its section.
        let excerpt = failure.excerpt.unwrap();
        let line = file.lines().nth(excerpt.line - 1).unwrap();
        let place = if line == "[stackstate]" { line } else { bad };
        assert!(line.contains(place), "{line} for {bad}");
        assert!(!excerpt.part.is_empty(), "for {bad}");
    }
}

#[test]
fn bad_values_in_flags_are_refused_by_name() {
    let cases: [(&[&str], &str); 11] = [
        (
            &["--account=x"],
            "--account: \"x\" is not an AWS account ID",
        ),
        (
            &["--region=mars"],
            "--region: \"mars\" is not the code of an AWS region",
        ),
        (
            &["--region=eu-west-1", "--region=eu-west-1"],
            "--region: eu-west-1 is listed twice",
        ),
        (&["--tag=team"], "--tag: \"team\" has no '='"),
        (
            &["--tag=a=1", "--tag=a=2"],
            "--tag: the key \"a\" is given twice",
        ),
        (
            &["--agent-principal=*"],
            "--agent-principal: \"*\" contains a wildcard, which would trust more than one \
             principal",
        ),
        (
            &["--external-id=uniquesecret!1"],
            "--external-id: the external ID has the character '!' at position 13, which AWS does \
             not accept",
        ),
        (
            &["--external-id=${NOT_SET}"],
            "--external-id: the environment variable NOT_SET is not set or is empty",
        ),
        (
            &["--postfix=_"],
            "--postfix: \"_\" cannot end the names of resources: S3 does not accept the \
             character '_'",
        ),
        (
            &["--keep-policy=a/b"],
            "--keep-policy: \"a/b\" is neither the ARN nor the kind and name of a policy",
        ),
        (
            &["--endpoint-url=http://example.com"],
            "--endpoint-url: \"http://example.com\" would send requests over the network \
             unencrypted",
        ),
    ];
    for (args, message) in cases {
        assert_eq!(error(GOOD, args).message, message);
    }
}

#[test]
fn what_is_missing_is_shown_as_a_line_of_the_file_and_as_a_flag() {
    let hint = |good: &str| error(&GOOD.replace(good, ""), &[]).hint.unwrap();
    assert_eq!(
        hint("agent_principals = [\"210987654321\"]"),
        "Add agent_principals = [\"210987654321\"] below [stackstate] in provision.toml, \
         or pass --agent-principal 210987654321"
    );
    assert_eq!(
        hint("external_id = \"${STS_EXTERNAL_ID}\""),
        "Add external_id = \"${STS_EXTERNAL_ID}\" below [stackstate] in provision.toml, \
         or pass --external-id '${STS_EXTERNAL_ID}'"
    );
}
