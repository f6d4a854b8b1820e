//! Refuses XML replies that stop half-way.
//!
//! The SDK reads XML to where it ends and fills in what is missing, so a list that was cut off would
//! pass for a shorter one: a member cluster fewer, and nothing to show for it.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// An SDK interceptor.
#[derive(Debug)]
pub(crate) struct WholeReply;

impl Intercept for WholeReply {
    fn name(&self) -> &'static str {
        "gwctl's check for replies cut short"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        if context.output_or_error().is_ok() && is_cut_short(body) {
            return Err("the reply stops half-way".into());
        }
        Ok(())
    }
}

/// Whether this is XML whose root element is not closed.
fn is_cut_short(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    if !body.starts_with(b"<") {
        return false;
    }
    let text = String::from_utf8_lossy(body);
    let Some(root) = root_element(&text) else {
        return true;
    };
    let closed = text
        .strip_suffix('>')
        .and_then(|text| text.trim_end().strip_suffix(root))
        .is_some_and(|text| text.ends_with("</"));
    // `<Root/>` and `<Root a="b"/>` close themselves, and hold no other element.
    let alone = text.ends_with("/>") && text.matches('<').count() == 1 + prolog(&text);
    !(closed || alone)
}

/// The name of the first element after `<?xml …?>`.
fn root_element(text: &str) -> Option<&str> {
    let text = match text.strip_prefix("<?") {
        Some(rest) => rest.split_once("?>")?.1.trim_start(),
        None => text,
    };
    let name = text.strip_prefix('<')?;
    let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
    Some(&name[..end])
}

fn prolog(text: &str) -> usize {
    usize::from(text.starts_with("<?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_whole_when_its_root_is_closed() {
        let whole = [
            "",
            "{\"json\": true}",
            "<A><B/></A>",
            "<?xml version=\"1.0\"?>\n<A xmlns=\"u\"><B>x</B></A>\n",
            "<?xml version=\"1.0\"?><A/>",
            "<A xmlns=\"u\" />",
            "<A></A >",
        ];
        for text in whole {
            assert!(!is_cut_short(text.as_bytes()), "{text}");
        }
        for text in [
            "<A",
            "<A>",
            "<A><B/>",
            "<A><B></B>",
            "<?xml version",
            "<A><AA></AA>",
            "<A><B>x</",
        ] {
            assert!(is_cut_short(text.as_bytes()), "{text}");
        }
    }
}
