//! How alike two Chinese texts are: BM25 over single characters and pairs of neighbours.
//!
//! Pairs of characters need no dictionary and find more than word segmentation does on short titles. All
//! arithmetic is on integers, so that a score is the same on every machine.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use unicode_normalization::UnicodeNormalization;

/// The likeness of a text to itself, and the highest there is.
pub const FULL: u32 = 1000;

/// Only so many characters of a text are read.
pub const LONGEST_TEXT: usize = 200;

/// The services' texts, read once and compared with many needs.
///
/// The order of the texts decides nothing: a text has the same likeness wherever it stands.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    ids: GramIds,
    /// By gram: how telling it is, in 1/256 bit. Rare grams tell more.
    weights: Vec<u32>,
    /// By document: where its grams end in `grams`.
    ends: Vec<usize>,
    /// Gram ids, ascending within each document, each with how much of its weight the document earns, in thousandths;
    /// long texts earn less for each.
    grams: Vec<(u32, u32)>,
    /// The texts that the weights come from.
    weighed: usize,
    total_length: u64,
}

/// A text made ready to be compared with the documents of the [`Corpus`] that made it. It is kept from one text to the
/// next, so that reading one costs no memory.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// By gram id: its weight where the text has it, else 0. So a comparison reads the document once and searches nothing.
    weights: Vec<u32>,
    /// The ids whose weight is not 0.
    held: Vec<u32>,
    /// What a document with just this text would earn.
    full_score: u64,
    grams: Vec<Gram>,
}

/// One character, or two neighbours: the first in the upper half.
type Gram = u64;

type GramIds = HashMap<Gram, u32, BuildHasherDefault<GramHasher>>;

/// Spreads the few bits in which grams differ. Nobody outside can choose grams so that they collide badly enough to
/// matter: a text has a few hundred at most.
#[derive(Debug, Clone, Copy, Default)]
struct GramHasher(u64);

impl Hasher for GramHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64((*byte).into());
        }
    }

    fn write_u64(&mut self, gram: u64) {
        let mixed = (self.0 ^ gram).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Corpus {
    /// Reads one text per service: its title, category and synonyms, separated by a space or punctuation so
    /// that no pair spans two of them.
    #[must_use]
    pub fn new<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut corpus = Self::default();
        let mut counted: Vec<Counted> = Vec::new();
        let mut documents_with: Vec<u32> = Vec::new();
        for text in texts {
            let counts = corpus.count(text.as_ref());
            documents_with.resize(corpus.ids.len(), 0);
            for &(id, _) in &counts.grams {
                documents_with[id as usize] += 1;
            }
            corpus.total_length += counts.length;
            counted.push(counts);
        }
        let documents = counted.len();
        corpus.weighed = documents;
        corpus.weights = documents_with.iter().map(|with| weight(*with, documents)).collect();
        for counts in counted {
            corpus.keep(counts);
        }
        corpus
    }

    /// Adds a text that changes no weight, so that its likeness does not depend on what else is added.
    pub fn add(&mut self, text: &str) {
        let counts = self.count(text);
        self.weights.resize(self.ids.len(), weight(0, self.weighed));
        self.keep(counts);
    }

    /// The grams of a document to be, each with an id from now on.
    fn count(&mut self, text: &str) -> Counted {
        let mut grams = Vec::new();
        read_grams(text, &mut grams);
        let length = grams.len() as u64;
        let ids = &mut self.ids;
        let mut counted: Vec<(u32, u32)> = times(&grams)
            .map(|(gram, times)| {
                let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
                (*ids.entry(gram).or_insert(next), times)
            })
            .collect();
        counted.sort_unstable();
        Counted { grams: counted, length }
    }

    fn keep(&mut self, counts: Counted) {
        for (id, times) in counts.grams {
            self.grams.push((id, share(times, counts.length, self.weighed, self.total_length)));
        }
        self.ends.push(self.grams.len());
    }

    /// How many documents there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no document at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Makes a text ready for [`likeness_of`](Self::likeness_of).
    #[must_use]
    pub fn query(&self, text: &str) -> Query {
        let mut query = Query::default();
        self.read(text, &mut query);
        query
    }

    /// Makes a text ready in place of the one before.
    pub fn read(&self, text: &str, query: &mut Query) {
        query.forget();
        query.weights.resize(self.weights.len(), 0);
        read_grams(text, &mut query.grams);
        let (documents, unseen) = (self.weighed, weight(0, self.weighed));
        let length = query.grams.len() as u64;
        for (gram, times) in times(&query.grams) {
            let id = self.ids.get(&gram).copied();
            let weight = id.and_then(|id| self.weights.get(id as usize)).copied().unwrap_or(unseen);
            query.full_score +=
                u64::from(weight) * u64::from(share(times, length, documents, self.total_length));
            if let Some(id) = id {
                query.weights[id as usize] = weight;
                query.held.push(id);
            }
        }
    }

    /// How much of `query` document `doc` (its place in the order given to [`new`](Self::new)) contains:
    /// 0 nothing .. [`FULL`] all of it, and as shortly.
    ///
    /// 0 for an empty text and for a document there is not.
    #[must_use]
    pub fn likeness_of(&self, query: &Query, doc: usize) -> u32 {
        let Some(&end) = self.ends.get(doc) else { return 0 };
        let start = doc.checked_sub(1).map_or(0, |before| self.ends[before]);
        let earned: u64 = self.grams[start..end]
            .iter()
            .map(|(id, share)| {
                u64::from(query.weights.get(*id as usize).copied().unwrap_or_default()) * u64::from(*share)
            })
            .sum();
        let likeness = (earned * u64::from(FULL)).checked_div(query.full_score).unwrap_or(0);
        u32::try_from(likeness).unwrap_or(FULL).min(FULL)
    }

    /// [`likeness_of`](Self::likeness_of) for a single comparison.
    #[must_use]
    pub fn likeness(&self, query: &str, doc: usize) -> u32 {
        self.likeness_of(&self.query(query), doc)
    }
}

impl Query {
    fn forget(&mut self) {
        for id in self.held.drain(..) {
            self.weights[id as usize] = 0;
        }
        self.full_score = 0;
    }
}

/// The grams of one text.
struct Counted {
    /// Ids with how often each occurs, ascending.
    grams: Vec<(u32, u32)>,
    /// In grams.
    length: u64,
}

/// Each gram once, with how often it occurs. They come sorted.
fn times(grams: &[Gram]) -> impl Iterator<Item = (Gram, u32)> {
    grams.chunk_by(|a, b| a == b).map(|same| (same[0], u32::try_from(same.len()).unwrap_or(u32::MAX)))
}

/// Letters, ideographs and digits of a text, half-width and lower case, alone and in pairs, sorted. Everything else is
/// dropped and keeps its neighbours from pairing.
fn read_grams(text: &str, grams: &mut Vec<Gram>) {
    grams.clear();
    let read = text.chars().take(LONGEST_TEXT);
    // Most texts hold nothing that normalisation would change, and it costs more than all the rest.
    if read.clone().all(|c| c.is_ascii() || is_ideograph(c)) {
        pair_up(read, grams);
    } else {
        pair_up(read.nfkc(), grams);
    }
    grams.sort_unstable();
}

fn pair_up(chars: impl Iterator<Item = char>, grams: &mut Vec<Gram>) {
    let mut before = 0;
    for c in chars {
        if !is_ideograph(c) && !c.is_alphanumeric() {
            before = 0;
            continue;
        }
        let c = Gram::from(u32::from(c.to_ascii_lowercase()));
        grams.push(c);
        if before > 0 {
            grams.push(before << 32 | c);
        }
        before = c;
    }
}

/// The common ideographs, which stand for themselves in every normal form.
fn is_ideograph(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// BM25's inverse document frequency, log2((N + 1) / (n + 1/2)), in 1/256 bit.
fn weight(documents_with: u32, documents: usize) -> u32 {
    let documents = u64::try_from(documents).unwrap_or(u64::MAX).min(u64::from(u32::MAX));
    let rarity = |n: u64| log2_in_256ths(2 * n + 1);
    log2_in_256ths(2 * documents + 2).saturating_sub(rarity(u64::from(documents_with)))
}

/// BM25's saturation f (k + 1) / (f + k (1 - b + b L / avg)) with k = 1.2 and b = 0.75, in thousandths.
fn share(times: u32, length: u64, documents: usize, total_length: u64) -> u32 {
    let (times, total) = (u128::from(times), u128::from(total_length.max(1)));
    let relative_length = u128::from(length) * (documents as u128);
    let share = times * 2_200_000 * total / ((times * 1000 + 300) * total + 900 * relative_length).max(1);
    u32::try_from(share).unwrap_or(u32::MAX)
}

/// log2 of a number of at least 1, in 1/256, rounded down.
fn log2_in_256ths(n: u64) -> u32 {
    let n = n.max(1);
    let whole = n.ilog2();
    // The fraction by repeated squaring: n scaled into [1, 2) with 63 bits after the point, kept in 128.
    let mut mantissa = u128::from(n) << (63 - whole);
    let mut log = whole;
    for _ in 0..8 {
        mantissa = (mantissa * mantissa) >> 63;
        let bit = u32::from(mantissa >> 64 != 0);
        mantissa >>= bit;
        log = (log << 1) | bit;
    }
    log
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SERVICES: [&str; 10] = [
        "陪伴独居老人、打扫卫生 养老服务",
        "防电信诈骗讲座 平安法治",
        "义诊：测血压、测血糖 健康 高血压",
        "会议室、报告厅开放 场地",
        "暑期少儿托管班 儿童",
        "法律咨询进社区 法律援助",
        "社区电影放映 文化",
        "消防演练指导 安全",
        "免费理发 便民服务",
        "书法国画培训 文化学习",
    ];

    fn best(corpus: &Corpus, need: &str) -> Option<usize> {
        (0..corpus.len()).max_by_key(|doc| corpus.likeness(need, *doc))
    }

    #[test]
    fn a_need_is_nearest_to_the_service_that_answers_it() {
        let corpus = Corpus::new(SERVICES);
        assert!(corpus.likeness("独居老人聊天陪护", 0) > corpus.likeness("独居老人聊天陪护", 1));
        for (need, doc) in [
            ("独居老人聊天陪护", 0),
            ("想请人讲讲怎么防诈骗", 1),
            ("给高血压老人量血压", 2),
            ("借用会议室开居民议事会", 3),
            ("暑假孩子没人带，希望有托管", 4),
            ("邻里纠纷需要法律咨询", 5),
            ("小区露天放电影", 6),
            ("楼道消防安全演练", 7),
            ("为行动不便的老人上门理发", 8),
        ] {
            assert_eq!(best(&corpus, need), Some(doc), "{need}");
        }
    }

    #[test]
    fn width_case_and_punctuation_make_no_difference() {
        let corpus = Corpus::new(["ＡＥＤ急救培训", "理发"]);
        assert_eq!(corpus.likeness("aed急救培训！", 0), FULL);
        assert_eq!(corpus.likeness("「ＡＥＤ」急救培训", 0), corpus.likeness("aed 急救培训", 0));
        assert_eq!(corpus.likeness("AED急救培训", 1), 0);
    }

    #[test]
    fn nothing_is_like_an_empty_text_or_a_document_there_is_not() {
        let corpus = Corpus::new(["理发", "", "——"]);
        assert_eq!(corpus.likeness("", 0), 0);
        assert_eq!(corpus.likeness("，。！", 0), 0);
        assert_eq!(corpus.likeness("理发", 1), 0);
        assert_eq!(corpus.likeness("理发", 2), 0);
        assert_eq!(corpus.likeness("理发", 3), 0);
        assert_eq!(corpus.likeness("理发", usize::MAX), 0);
        assert_eq!(Corpus::new([""; 0]).likeness("理发", 0), 0);
        assert_eq!(Corpus::default().likeness_of(&corpus.query("理发"), 0), 0);
    }

    #[test]
    fn a_long_text_is_cut() {
        let corpus = Corpus::new([format!("{}理发", "讲".repeat(LONGEST_TEXT)), "理发".to_owned()]);
        assert_eq!(corpus.likeness("理发", 0), 0);
        assert_eq!(corpus.likeness("理发", 1), FULL);
    }

    #[test]
    fn scores_are_the_same_on_every_machine() {
        let corpus = Corpus::new(SERVICES);
        let scores: Vec<u32> =
            (0..corpus.len()).map(|doc| corpus.likeness("社区老人法律讲座、免费义诊", doc)).collect();
        assert_eq!(scores, [140, 162, 133, 0, 0, 264, 116, 0, 156, 27]);
    }

    #[test]
    fn an_added_text_changes_no_other_likeness() {
        let mut corpus = Corpus::new(SERVICES);
        let before = corpus.likeness("反诈讲座", 1);
        corpus.add("反诈讲座进小区");
        assert_eq!(corpus.likeness("反诈讲座", 1), before);
        assert!(corpus.likeness("反诈讲座", SERVICES.len()) > before);
    }

    #[test]
    fn logarithms_are_rounded_down() {
        for (n, log) in
            [(0, 0), (1, 0), (2, 256), (3, 405), (8, 768), (1 << 40, 40 * 256), (u64::MAX, 64 * 256 - 1)]
        {
            assert_eq!(log2_in_256ths(n), log, "{n}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_fully_like_itself_and_no_likeness_exceeds_that(
            texts in proptest::collection::vec("[老人儿童讲座ab，]{0,12}", 1..12),
            query in ".{0,30}",
        ) {
            let corpus = Corpus::new(&texts);
            for (doc, text) in texts.iter().enumerate() {
                prop_assert!(corpus.likeness(&query, doc) <= FULL);
                let itself = if text.chars().any(char::is_alphanumeric) { FULL } else { 0 };
                prop_assert_eq!(corpus.likeness(text, doc), itself);
            }
        }

        #[test]
        fn the_order_of_the_texts_decides_nothing(
            texts in proptest::collection::vec("[老人儿童讲座ab]{0,12}", 1..12),
            query in "[老人儿童讲座ab]{0,12}",
        ) {
            let forwards = Corpus::new(&texts);
            let backwards = Corpus::new(texts.iter().rev());
            for doc in 0..texts.len() {
                let same = texts.len() - 1 - doc;
                prop_assert_eq!(forwards.likeness(&query, doc), backwards.likeness(&query, same));
            }
        }
    }
}
