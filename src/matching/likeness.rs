//! How alike two Chinese texts are: BM25 over single characters and pairs of neighbours.
//!
//! Pairs of characters need no dictionary and find more than word segmentation does on short titles. All
//! arithmetic is on integers, so that a score is the same on every machine.

use std::collections::HashMap;

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
    ids: HashMap<Gram, u32>,
    /// By gram: how telling it is, in 1/256 bit. Rare grams tell more.
    weights: Vec<u32>,
    /// By document: where its grams end in `grams` and `shares`.
    ends: Vec<usize>,
    /// Gram ids, ascending within each document.
    grams: Vec<u32>,
    /// How much of a gram's weight the document earns, in thousandths; long texts earn less for each.
    shares: Vec<u16>,
    /// The texts that the weights come from.
    weighed: usize,
    total_length: u64,
}

/// A text made ready to be compared with every document of the [`Corpus`] that made it.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Gram id and weight, ascending.
    grams: Vec<(u32, u32)>,
    /// What a document with just this text would earn.
    full_score: u64,
}

/// One character, or two neighbours.
type Gram = (char, Option<char>);

impl Corpus {
    /// Reads one text per service: its title, category and synonyms, separated by a space or punctuation so
    /// that no pair spans two of them.
    #[must_use]
    pub fn new<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut corpus = Self::default();
        let mut counted: Vec<Counted> = Vec::new();
        let mut documents_with: Vec<u32> = Vec::new();
        for text in texts {
            let counts = Counted::of(text.as_ref(), |gram| {
                let next = u32::try_from(corpus.ids.len()).unwrap_or(u32::MAX);
                Some(*corpus.ids.entry(gram).or_insert(next))
            });
            documents_with.resize(corpus.ids.len(), 0);
            for &(id, _) in &counts.known {
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
        let ids = &mut self.ids;
        let counts = Counted::of(text, |gram| {
            let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            Some(*ids.entry(gram).or_insert(next))
        });
        self.weights.resize(self.ids.len(), weight(0, self.weighed));
        self.keep(counts);
    }

    fn keep(&mut self, counts: Counted) {
        for (id, times) in counts.known {
            self.grams.push(id);
            self.shares.push(share(times, counts.length, self.weighed, self.total_length));
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
        let counts = Counted::of(text, |gram| self.ids.get(&gram).copied());
        let documents = self.weighed;
        let earned = |weight: u32, times| {
            u64::from(weight) * u64::from(share(times, counts.length, documents, self.total_length))
        };
        let unseen = weight(0, documents);
        let mut full_score: u64 = counts.unknown.iter().map(|times| earned(unseen, *times)).sum();
        let mut grams = Vec::with_capacity(counts.known.len());
        for &(id, times) in &counts.known {
            let weight = self.weights.get(id as usize).copied().unwrap_or(unseen);
            full_score += earned(weight, times);
            grams.push((id, weight));
        }
        Query { grams, full_score }
    }

    /// How much of `query` document `doc` (its place in the order given to [`new`](Self::new)) contains:
    /// 0 nothing .. [`FULL`] all of it, and as shortly.
    ///
    /// 0 for an empty text and for a document there is not.
    #[must_use]
    pub fn likeness_of(&self, query: &Query, doc: usize) -> u32 {
        let Some(&end) = self.ends.get(doc) else { return 0 };
        let start = doc.checked_sub(1).map_or(0, |before| self.ends[before]);
        let (grams, shares) = (&self.grams[start..end], &self.shares[start..end]);
        let earned: u64 = query
            .grams
            .iter()
            .filter_map(|(id, weight)| {
                let share = shares[grams.binary_search(id).ok()?];
                Some(u64::from(*weight) * u64::from(share))
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

/// The grams of one text with how often each occurs.
struct Counted {
    /// Ascending by id.
    known: Vec<(u32, u32)>,
    /// How often each gram without an id occurs.
    unknown: Vec<u32>,
    /// In grams.
    length: u64,
}

impl Counted {
    fn of(text: &str, mut id_of: impl FnMut(Gram) -> Option<u32>) -> Self {
        let mut grams = grams(text);
        grams.sort_unstable();
        let mut counted = Self { known: Vec::new(), unknown: Vec::new(), length: 0 };
        for same in grams.chunk_by(|a, b| a == b) {
            let times = u32::try_from(same.len()).unwrap_or(u32::MAX);
            counted.length += u64::from(times);
            match id_of(same[0]) {
                Some(id) => counted.known.push((id, times)),
                None => counted.unknown.push(times),
            }
        }
        counted.known.sort_unstable();
        counted
    }
}

/// Letters, ideographs and digits of a text, half-width and lower case, alone and in pairs. Everything else
/// is dropped and keeps its neighbours from pairing.
fn grams(text: &str) -> Vec<Gram> {
    let mut grams = Vec::new();
    let mut before = None;
    for c in text.chars().take(LONGEST_TEXT).nfkc() {
        if !c.is_alphanumeric() {
            before = None;
            continue;
        }
        let c = c.to_ascii_lowercase();
        grams.push((c, None));
        if let Some(before) = before {
            grams.push((before, Some(c)));
        }
        before = Some(c);
    }
    grams
}

/// BM25's inverse document frequency, log2((N + 1) / (n + 1/2)), in 1/256 bit.
fn weight(documents_with: u32, documents: usize) -> u32 {
    let documents = u64::try_from(documents).unwrap_or(u64::MAX).min(u64::from(u32::MAX));
    let rarity = |n: u64| log2_in_256ths(2 * n + 1);
    log2_in_256ths(2 * documents + 2).saturating_sub(rarity(u64::from(documents_with)))
}

/// BM25's saturation f (k + 1) / (f + k (1 - b + b L / avg)) with k = 1.2 and b = 0.75, in thousandths.
fn share(times: u32, length: u64, documents: usize, total_length: u64) -> u16 {
    let (times, total) = (u128::from(times), u128::from(total_length.max(1)));
    let relative_length = u128::from(length) * (documents as u128);
    let share = times * 2_200_000 * total / ((times * 1000 + 300) * total + 900 * relative_length).max(1);
    u16::try_from(share).unwrap_or(u16::MAX)
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
                let itself = if grams(text).is_empty() { 0 } else { FULL };
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
