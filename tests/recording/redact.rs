//! What must not leave the house does not.

use std::sync::Arc;
use std::time::Duration;

use gwctl::fleet::Pace;
use gwctl::recording::{Recording, Reel, redacted};

use super::tape::record;

#[tokio::test(start_paused = true)]
async fn a_redacted_recording_names_neither_accounts_nor_people_nor_addresses_and_still_plays() {
    let tape = record(
        "region-dark",
        Pace::Incident,
        Duration::from_mins(12),
        false,
    )
    .await;
    let text = String::from_utf8(zstd::decode_all(tape.bytes.as_slice()).unwrap()).unwrap();
    let picture = tape.seen.last().unwrap();
    let identity = picture.identity.last().unwrap();
    let (account, operator) = (identity.account.clone(), identity.operator().to_owned());
    let mut secrets = vec![account, "Grace".into(), "ada@".into(), "laptop".into()];
    secrets.extend([operator].into_iter().filter(|name| name.len() > 2));
    let people = tape
        .happened
        .log
        .events
        .iter()
        .filter_map(|event| event.who.clone());
    let people: Vec<String> = people
        .filter(|who| !who.ends_with("(AWS)"))
        .map(|who| who.split(" through ").next().unwrap().to_owned())
        .collect();
    assert!(!people.is_empty(), "nobody did anything");
    secrets.extend(people);
    let from = tape
        .happened
        .log
        .events
        .iter()
        .flat_map(|event| &event.fields);
    let from: Vec<String> = from
        .filter(|(name, _)| *name == "from")
        .map(|(_, address)| address.clone())
        .collect();
    secrets.extend(
        from.into_iter()
            .filter(|address| address.contains('.') && !address.contains("amazonaws")),
    );
    secrets.sort();
    secrets.dedup();
    for secret in &secrets {
        assert!(
            text.contains(secret.as_str()),
            "{secret} was never there: {secrets:?}"
        );
    }
    let bytes = redacted(&tape.bytes).unwrap();
    let text = String::from_utf8(zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
    for secret in &secrets {
        let at = text.find(secret.as_str());
        let around = at.map(|at| &text[at.saturating_sub(80)..(at + 80).min(text.len())]);
        assert_eq!(around, None, "{secret}");
    }
    let recording = Arc::new(Recording::read(&bytes).unwrap());
    assert!(recording.head.redacted);
    let mut reel = Reel::new(recording.clone()).unwrap();
    for index in 0..recording.count() {
        reel.seek(index).unwrap();
    }
    let end = reel.moment(tape.happened.to).unwrap();
    assert_eq!(end.picture.judgement.verdict, picture.judgement.verdict);
    assert_eq!(
        end.happened.unwrap().log.events.len(),
        tape.happened.log.events.len()
    );
}
