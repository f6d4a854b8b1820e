use super::*;

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    }
}

/// The request `get-vanilla` of AWS's own test suite for signatures.
#[test]
fn a_request_of_the_public_test_suite_is_accepted_and_a_changed_one_is_not() {
    let mut headers = HeaderMap::new();
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
         SignedHeaders=host;x-amz-date, \
         Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    for (name, value) in [
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
        ("authorization", authorization),
    ] {
        headers.insert(name, value.parse().unwrap());
    }
    let request = Signed {
        method: &Method::GET,
        path: "/",
        query: "",
        headers: &headers,
        body: b"",
    };
    let scope = Scope {
        region: "us-east-1",
        service: "service",
    };
    let now: Timestamp = "2015-08-30T12:39:00Z".parse().unwrap();
    let judged = |request, scope, now| verify(request, scope, &credentials(), now);
    assert_eq!(judged(request, scope, now), Ok(()));
    let late = "2015-08-30T12:41:01Z".parse().unwrap();
    assert_eq!(judged(request, scope, late), Err(Refused::Expired));
    let elsewhere = Scope {
        region: "eu-west-1",
        ..scope
    };
    assert_eq!(judged(request, elsewhere, now), Err(Refused::WrongScope));
    let other = Signed {
        path: "/orders",
        ..request
    };
    assert_eq!(judged(other, scope, now), Err(Refused::WrongSignature));
    let other = Signed {
        body: b"{}",
        ..request
    };
    assert_eq!(judged(other, scope, now), Err(Refused::WrongSignature));
}

#[test]
fn a_token_is_for_one_host_user_and_region_and_a_quarter_of_an_hour() {
    let credentials = Credentials::random().unwrap();
    let at: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
    let made = token(("127.1.1.2:5432", "handler"), "eu-west-1", &credentials, at).unwrap();
    let judged = |whom, region, minutes| {
        let now = at + jiff::SignedDuration::from_mins(minutes);
        verify_token(&made, whom, region, &credentials, now)
    };
    let whom = ("127.1.1.2:5432", "handler");
    assert_eq!(judged(whom, "eu-west-1", 14), Ok(()));
    assert_eq!(judged(whom, "eu-west-1", 16), Err(Refused::Expired));
    assert_eq!(judged(whom, "us-east-1", 0), Err(Refused::WrongScope));
    assert_eq!(
        judged(("127.1.1.1:5432", "handler"), "eu-west-1", 0),
        Err(Refused::WrongAudience)
    );
    assert_eq!(
        judged(("127.1.1.2:5432", "postgres"), "eu-west-1", 0),
        Err(Refused::WrongAudience)
    );
    let others = Credentials::random().unwrap();
    assert_eq!(
        verify_token(&made, whom, "eu-west-1", &others, at),
        Err(Refused::UnknownKey)
    );
    let stretched = made.replace("Expires=900", "Expires=90");
    assert_eq!(
        verify_token(&stretched, whom, "eu-west-1", &credentials, at),
        Err(Refused::WrongSignature)
    );
}
