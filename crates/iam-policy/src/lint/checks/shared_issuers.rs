//! Providers of web identities whose issuer is the same for all of their customers, so that only a
//! claim of the token tells the customers apart.
//!
//! These are the issuers and claims of "Identity-provider controls for shared OIDC providers" in
//! the IAM User Guide. IAM refuses a new trust policy that does not test the claim. The guide gives no
//! issuer for IBM Turbonomic, because the issuer changes; those here are of AWS's examples for
//! data perimeters (`aws-samples/data-perimeter-policy-examples`).

/// A provider that several customers share.
pub(super) struct SharedIssuer {
    /// The issuer's URL without `https://`.
    pub(super) url: &'static str,
    /// What people call the provider.
    pub(super) name: &'static str,
    /// The claim that tells the customers apart, or a whole condition key.
    claim: &'static str,
    /// How many segments of the claim's value, between colons and slashes, name the customer.
    pub(super) segments: usize,
}

impl SharedIssuer {
    /// The provider of that issuer, if it is a shared one.
    pub(super) fn of(url: &str) -> Option<&'static Self> {
        SHARED.iter().find(|it| it.url.eq_ignore_ascii_case(url))
    }

    /// The condition key that has to be tested.
    pub(super) fn key(&self) -> String {
        if self.claim.contains(':') {
            return self.claim.to_owned();
        }
        format!("{}:{}", self.url, self.claim)
    }
}

const fn shared(
    url: &'static str,
    name: &'static str,
    claim: &'static str,
    segments: usize,
) -> SharedIssuer {
    SharedIssuer {
        url,
        name,
        claim,
        segments,
    }
}

/// GitHub's issuer, whose subjects have a form of their own.
pub(super) const GITHUB: &str = "token.actions.githubusercontent.com";

#[rustfmt::skip]
const SHARED: [SharedIssuer; 22] = [
    shared("agent.buildkite.com", "Buildkite", "sub", 2),
    shared("api.pulumi.com/oidc", "Pulumi Cloud", "aud", 2),
    shared("app.terraform.io", "HCP Terraform", "sub", 2),
    shared("cognito-identity.amazonaws.com", "Amazon Cognito", "aud", 2),
    shared("gitlab.com", "GitLab", "sub", 2),
    shared("oidc-configuration.audit-log.githubusercontent.com", "GitHub's audit log", "sub", 3),
    shared("oidc.codefresh.io", "Codefresh", "sub", 2),
    shared("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", "IBM Turbonomic", "sub", 3),
    shared("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", "IBM Turbonomic", "sub", 3),
    shared("oidc.vercel.com", "Vercel", "aud", 3),
    shared("proidc.upbound.io", "Upbound", "sub", 2),
    shared("rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7", "IBM Turbonomic", "sub", 3),
    shared("rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr", "IBM Turbonomic", "sub", 3),
    shared("rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg", "IBM Turbonomic", "sub", 3),
    shared("rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26", "IBM Turbonomic", "sub", 3),
    shared("sandboxes.cloud", "sandboxes.cloud", "aud", 2),
    shared("scalr.io", "Scalr", "sub", 2),
    shared("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", "Microsoft Sentinel", "sts:RoleSessionName", 1),
    shared("studio.datachain.ai/api", "DVC Studio", "sub", 2),
    shared(GITHUB, "GitHub Actions", "sub", 2),
    shared("tokens.cloud.shisho.dev", "Shisho Cloud", "sub", 2),
    shared("vstoken.actions.githubusercontent.com", "GitHub Actions", "sub", 2),
];
