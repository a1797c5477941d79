//! Other spellings of a policy, and changes to it.

use serde_json::{Map, Value as Json, json};

use crate::chance::Chance;

/// The policy in other words, of which most mean the same.
pub fn rewritten(chance: &mut Chance, policy: &Json) -> Json {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().expect("a list");
    let place = chance.below(statements.len());
    let statement = statements[place].clone();
    match chance.below(8) {
        0 => statements.reverse(),
        1 => statements.push(statement),
        2 => statements
            .splice(place..=place, divided(&statement, "Action"))
            .for_each(drop),
        3 => statements
            .splice(place..=place, divided(&statement, "Resource"))
            .for_each(drop),
        // What is added is covered, if it narrows.
        4 => statements.push(narrowed(chance, &statement)),
        5 => statements[place] = respelt(&statement),
        6 => statements[place] = with_other_operator(&statement),
        _ => {
            // Nothing is left of what is denied in any case.
            let denial = json!({"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"});
            let is_of_identity = statement.get("Principal").is_none();
            if is_of_identity && statements.contains(&denial) {
                statements
                    .push(json!({"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "*"}));
            } else if is_of_identity {
                statements.push(denial);
            }
        }
    }
    policy
}

/// The policy with another action, resource or effect somewhere.
pub fn changed(chance: &mut Chance, policy: &Json, actions: &[&str], resources: &[&str]) -> Json {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().expect("a list");
    let place = chance.below(statements.len());
    let statement = &mut statements[place];
    match chance.below(4) {
        0 if statement.get("Action").is_some() => statement["Action"] = chance.some_of(actions),
        1 if statement.get("Resource").is_some() => {
            statement["Resource"] = chance.some_of(resources);
        }
        2 => {
            statement
                .as_object_mut()
                .expect("an object")
                .remove("Condition");
        }
        _ => statement["Effect"] = json!("Allow"),
    }
    policy
}

/// One statement for each item of a list.
fn divided(statement: &Json, element: &str) -> Vec<Json> {
    let Some(items) = statement.get(element).and_then(Json::as_array) else {
        return vec![statement.clone()];
    };
    let items = items.iter();
    items
        .map(|item| {
            let mut part = statement.clone();
            part[element] = item.clone();
            part
        })
        .collect()
}

fn narrowed(chance: &mut Chance, statement: &Json) -> Json {
    let mut narrow = statement.clone();
    match chance.below(3) {
        0 if narrow.get("Action").is_some() => narrow["Action"] = json!("s3:GetObject"),
        1 if narrow.get("Resource").is_some() => narrow["Resource"] = json!("arn:aws:s3:::b/x"),
        _ => narrow["Condition"]["Null"] = json!({"aws:SecureTransport": "false"}),
    }
    narrow
}

/// Every text in another spelling: case, wildcards, the form of an address, a number, a principal.
fn respelt(value: &Json) -> Json {
    match value {
        Json::String(text) => json!(match text.as_str() {
            "*" => "*",
            "192.0.2.7" => "192.0.2.7/32",
            "2001:db8::1/128" => "2001:DB8:0:0::1/128",
            "10" => "10.0",
            "true" => return json!(true),
            "arn:aws:s3:::b/*" => "arn:aws:s3:::b/**",
            "arn:aws:s3:::b/${aws:username}" => "arn:aws:s3:::b/${AWS:UserName}",
            "s3:*" => "s3:**",
            "123456789012" => "arn:aws:iam::123456789012:root",
            "s3:GetObject" => "S3:getobject",
            other => other,
        }),
        Json::Array(items) => items.iter().rev().map(respelt).collect(),
        Json::Object(members) => {
            let members = members.iter().rev();
            let respelt = members.map(|(name, value)| {
                if name == "Principal" && value == "*" {
                    return (name.clone(), json!({"AWS": "*"}));
                }
                (name.clone(), respelt(value))
            });
            Json::Object(respelt.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// The conditions with operators that mean the same for some values.
fn with_other_operator(statement: &Json) -> Json {
    let mut statement = statement.clone();
    let Some(condition) = statement.get("Condition").and_then(Json::as_object) else {
        return statement;
    };
    let other = condition.iter().map(|(operator, keys)| {
        let operator = match operator.as_str() {
            "StringEquals" => "StringLike",
            "StringLike" => "StringEquals",
            "StringNotEquals" => "StringNotLikeIfExists",
            "StringNotLike" => "StringNotEqualsIfExists",
            "NotIpAddress" => "NotIpAddressIfExists",
            "NumericNotEquals" => "NumericNotEqualsIfExists",
            "DateNotEquals" => "DateNotEqualsIfExists",
            other => other,
        };
        (operator.to_owned(), keys.clone())
    });
    statement["Condition"] = Json::Object(other.collect());
    statement
}
