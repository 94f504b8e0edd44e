//! What a world was at a moment, in short: whoever previewed it can tell whether anything has moved since.

use super::settings::Settings;
use super::world::World;
use crate::domain::service::Capacity;
use crate::domain::text::{TextEnum as _, text_enum};
use sha2::{Digest, Sha256};
use std::fmt::{Debug, Write as _};

text_enum! {
    /// A part of the world that can move between a preview and its use.
    pub enum WorldPart {
        /// Needs were added, edited, claimed or closed, or their areas put in another place; or, where the street looks ahead,
        /// what is expected is another, as it is on another day.
        Needs = "needs", "需求", "needs";
        /// Services were listed, paused or edited.
        Services = "services", "服务", "services";
        /// Capacity was claimed, given back or edited.
        Capacity = "capacity", "容量", "capacity";
        /// Units checked in, were edited, or kept or broke their word.
        Units = "units", "共建单位", "units";
        /// Pins and prohibitions were given or lifted.
        Directives = "directives", "人工指定", "directives";
        /// The street laid down how it wants its needs matched.
        Settings = "settings", "匹配设置", "matching settings";
    }
}

/// What a world was at a moment: a short digest for each part that can move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint([String; 6]);

impl Fingerprint {
    /// The fingerprint as clients hold it.
    #[must_use]
    pub fn encode(&self) -> String {
        self.0.join("-")
    }

    /// What has moved since a client was given its fingerprint; all of it where that is none of this hub's.
    #[must_use]
    pub fn moved_since(&self, before: &str) -> Vec<WorldPart> {
        let before: Vec<&str> = before.split('-').collect();
        let moved = |place: usize| before.get(place) != Some(&self.0[place].as_str());
        WorldPart::ALL
            .iter()
            .copied()
            .enumerate()
            .filter(|(place, _)| moved(*place))
            .map(|(_, part)| part)
            .collect()
    }
}

impl World {
    /// What the world was at this moment, in short, and how it is matched: equal where nothing has moved that a matching
    /// depends on.
    #[must_use]
    pub fn fingerprint(&self, settings: &Settings) -> Fingerprint {
        let lines: Vec<&Capacity> = self.lines.iter().map(|line| &line.capacity).collect();
        let places: Vec<_> = self.areas.iter().map(|area| (area.id, area.place.known())).collect();
        let services: Vec<_> =
            self.offers.iter().map(|offer| (&offer.service, &offer.rules, &offer.coverage)).collect();
        let needs = (&self.needs, &self.communities, &places);
        // What is expected counts only where the street looks ahead.
        let needs =
            if settings.foresight.looks_ahead() { digest(&(needs, &self.foreseen)) } else { digest(&needs) };
        Fingerprint([
            needs,
            digest(&services),
            digest(&(&lines, &self.joined, &self.unit_capacities, &self.suggested)),
            digest(&(&self.units, &self.check_ins)),
            digest(&self.directives),
            digest(settings),
        ])
    }
}

/// The debug text holds every field, so no new one can be forgotten here. It is read as it is written: that of a city
/// would fill much memory.
fn digest(part: &impl Debug) -> String {
    let mut reader = Reader(Sha256::new());
    // Reading a text cannot fail.
    let _ = write!(reader, "{part:?}");
    let hash: [u8; 32] = reader.0.finalize().into();
    hash[..6].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

struct Reader(Sha256);

impl std::fmt::Write for Reader {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text);
        Ok(())
    }
}
