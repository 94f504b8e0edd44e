//! Looking for the best pairs of an instance.

use super::super::random::mix;
use super::{ALL_LEAVES, Areas, MIDS, Need, Service, Spot, TOPS, categories_of};
use std::ops::Range;

/// The score of a pair that fits in every respect.
pub const MOST: i32 = 100_000;
/// What the need's own category earns, and each wider one.
const CATEGORY: [i32; 4] = [40_000, 28_000, 15_000, 5_000];
/// What no distance at all earns; it falls by one with each metre.
const NEAR: i32 = 25_000;
/// What all the weeks in which it is wanted earn.
const TIME: i32 = 15_000;
/// Nodes of the tree of categories.
const CATEGORIES: u32 = 1 + TOPS + TOPS * MIDS + ALL_LEAVES;
/// Stands for likeness: so many steps of so many points.
const STEPS: u64 = 21;
const STEP: i32 = 250;
const LIKENESS: i32 = 20 * STEP;

/// Services by category, area and home, each shelf with the best in front.
pub struct Shelves {
    /// By category and area: where its shelves stand.
    racks: Vec<Range<u32>>,
    stock: Vec<Shelf>,
    books: Vec<Book>,
}

/// Services of a category that reach the same area and are at home in the same district.
struct Shelf {
    books: Range<u32>,
    /// The best of their qualities.
    quality: i32,
    /// Where they are.
    least: Spot,
    most: Spot,
}

/// What a search asks of a service.
#[derive(Clone, Copy)]
struct Book {
    quality: i32,
    spot: Spot,
    service: u32,
    weeks: u16,
    groups: u8,
}

/// The best so far of one need, each as one number: its score, then its service, counted down.
pub struct Best {
    kept: usize,
    found: Vec<u64>,
    /// The worst of them, once there are enough, and its score.
    worst: u64,
    least: i32,
}

impl Shelves {
    pub fn new(areas: &Areas, services: &[Service]) -> Self {
        let mut order: Vec<(usize, u32, i32, u32)> = services
            .iter()
            .zip(0..)
            .map(|(service, place)| {
                (rack(service.category, service.area), service.home, -service.quality, place)
            })
            .collect();
        order.sort_unstable();
        let books: Vec<Book> = order.iter().map(|(.., place)| book(services, *place)).collect();
        let mut shelves = Vec::new();
        let racks = rack(0, areas.count());
        let mut filled = vec![0..0; racks];
        let mut first = 0;
        for same in order.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let end = first + same.len();
            let (rack, next) = (same[0].0, number(shelves.len() + 1));
            let begin = if filled[rack].is_empty() { next - 1 } else { filled[rack].start };
            filled[rack] = begin..next;
            shelves.push(Shelf::new(&books, first..end));
            first = end;
        }
        Self { racks: filled, stock: shelves, books }
    }

    /// Looks for the best pairs of a need; of equal scores the first service is the better.
    pub fn look(&self, areas: &Areas, need: &Need, place: u64, best: &mut Best) {
        best.begin();
        let weeks = need.weeks.count_ones().cast_signed();
        for (category, filed) in categories_of(need.leaf).into_iter().zip(CATEGORY) {
            for area in areas.upwards(need.community) {
                for shelf in &self.stock[as_range(&self.racks[rack(category, area)])] {
                    let most = filed + shelf.nearness(need.spot) + TIME + LIKENESS;
                    if most + shelf.quality < best.least {
                        continue;
                    }
                    for book in &self.books[as_range(&shelf.books)] {
                        if most + book.quality < best.least {
                            break;
                        }
                        let common = (book.weeks & need.weeks).count_ones().cast_signed();
                        if book.groups & need.groups == 0 || common == 0 {
                            continue;
                        }
                        let earned =
                            filed + nearness(book.spot, need.spot) + TIME * common / weeks + book.quality;
                        if earned + LIKENESS < best.least {
                            continue;
                        }
                        let likeness = mix(place << 32 | u64::from(book.service)) % STEPS;
                        best.take(book.service, earned + STEP * i32::try_from(likeness).unwrap_or_default());
                    }
                }
            }
        }
    }
}

impl Shelf {
    fn new(books: &[Book], range: Range<usize>) -> Self {
        let spots = || books[range.clone()].iter().map(|book| book.spot);
        let least = Spot {
            x: spots().map(|spot| spot.x).min().unwrap_or_default(),
            y: spots().map(|spot| spot.y).min().unwrap_or_default(),
        };
        let most = Spot {
            x: spots().map(|spot| spot.x).max().unwrap_or_default(),
            y: spots().map(|spot| spot.y).max().unwrap_or_default(),
        };
        let quality = books[range.start].quality;
        Self { books: number(range.start)..number(range.end), quality, least, most }
    }

    /// The most that any of them earns for being near.
    fn nearness(&self, spot: Spot) -> i32 {
        let away = |at: i32, least: i32, most: i32| (least - at).max(at - most).max(0);
        let metres = away(spot.x, self.least.x, self.most.x) + away(spot.y, self.least.y, self.most.y);
        // Distances count in steps of 50 metres, so a place may be almost a step better than it looks.
        (NEAR + 50 - metres).clamp(0, NEAR)
    }
}

impl Best {
    pub fn new(kept: usize) -> Self {
        Self { kept, found: Vec::with_capacity(kept), worst: 0, least: i32::MIN }
    }

    fn begin(&mut self) {
        self.found.clear();
        (self.worst, self.least) = (0, i32::MIN);
    }

    fn take(&mut self, service: u32, score: i32) {
        let new = u64::from(score.cast_unsigned()) << 32 | u64::from(u32::MAX - service);
        if self.found.len() < self.kept {
            self.found.push(new);
        } else if new > self.worst {
            let worst = self.found.iter_mut().find(|pair| **pair == self.worst);
            *worst.unwrap_or(&mut self.worst) = new;
        } else {
            return;
        }
        if self.found.len() == self.kept {
            self.worst = self.found.iter().copied().min().unwrap_or_default();
            self.least = score_of(self.worst);
        }
    }

    /// The services with their scores, by service.
    pub fn pairs(&mut self) -> impl ExactSizeIterator<Item = (u32, i32)> {
        self.found.sort_unstable_by_key(|pair| service_of(*pair));
        self.found.iter().map(|pair| (service_of(*pair), score_of(*pair)))
    }
}

fn service_of(pair: u64) -> u32 {
    u32::MAX - u32::try_from(pair & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

fn score_of(pair: u64) -> i32 {
    ((pair >> 32) as u32).cast_signed()
}

/// Where the shelves of a category and an area stand: those of an area beside each other.
fn rack(category: u32, area: u32) -> usize {
    area as usize * CATEGORIES as usize + category as usize
}

fn book(services: &[Service], place: u32) -> Book {
    let Service { quality, spot, weeks, groups, .. } = services[place as usize];
    Book { quality, spot, service: place, weeks, groups }
}

fn nearness(one: Spot, other: Spot) -> i32 {
    let metres = (one.x - other.x).abs() + (one.y - other.y).abs();
    (NEAR - metres / 50 * 50).max(0)
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn as_range(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}
