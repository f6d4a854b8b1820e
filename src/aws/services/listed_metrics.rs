//! Which metrics there are: `ListMetrics` (aws-facts §15.1, §15.3). It knows those that had a point in the last two weeks.

use aws_sdk_cloudwatch::types::{DimensionFilter, Metric};

use crate::services::cloudwatch::CloudWatch;
use crate::transport::error::AwsError;
use crate::transport::reply;

/// Five hundred metrics a page; more than that nobody reads.
const PAGES: usize = 4;

/// Dimensions of metrics of one name, name and value of each, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListedMetrics {
    pub dimensions: Vec<Vec<(String, String)>>,
    /// Whether there are more than were read.
    pub cut: bool,
}

impl CloudWatch {
    /// The metrics called `name` in `namespace` that have these dimensions, of any value where none is given.
    pub async fn metrics_called(
        &self,
        namespace: &str,
        name: &str,
        having: &[(&str, Option<&str>)],
    ) -> Result<ListedMetrics, AwsError> {
        let (metrics, cut) = self.listed(namespace, Some(name), having, PAGES).await?;
        let dimensions = metrics.iter().map(|metric| {
            let all = metric.dimensions().iter().filter_map(|one| {
                // Sent back letter by letter: what is not safe to print is left out.
                Some((reply::exact(one.name()?)?, reply::exact(one.value()?)?))
            });
            let mut all: Vec<(String, String)> = all.collect();
            all.sort();
            all
        });
        Ok(ListedMetrics {
            dimensions: dimensions.collect(),
            cut,
        })
    }

    /// What so many pages of `ListMetrics` tell, and whether there are more.
    pub(super) async fn listed(
        &self,
        namespace: &str,
        name: Option<&str>,
        having: &[(&str, Option<&str>)],
        pages: usize,
    ) -> Result<(Vec<Metric>, bool), AwsError> {
        let filters: Vec<_> = having
            .iter()
            .map(|(name, value)| {
                let filter = DimensionFilter::builder().name(*name);
                filter.set_value(value.map(Into::into)).build()
            })
            .collect();
        let (mut listed, mut token) = (Vec::new(), None);
        for _ in 0..pages {
            let call = self
                .client
                .list_metrics()
                .namespace(namespace)
                .set_metric_name(name.map(Into::into))
                .set_dimensions(Some(filters.clone()))
                .set_next_token(token)
                .send();
            let page = self.caller.ask("ListMetrics", call).await?;
            listed.extend_from_slice(page.metrics());
            token = page
                .next_token()
                .filter(|token| !token.is_empty())
                .map(Into::into);
            if token.is_none() {
                return Ok((listed, false));
            }
        }
        Ok((listed, true))
    }
}
