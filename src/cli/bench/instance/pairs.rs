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

/// The best so far of one need.
struct Best<'b> {
    kept: usize,
    found: &'b mut Vec<(u32, i32)>,
    worst: usize,
}

impl Shelves {
    pub fn new(areas: &Areas, services: &[Service]) -> Self {
        let mut order: Vec<(usize, u32, i32, u32)> = services
            .iter()
            .zip(0..)
            .map(|(service, place)| {
                (rack(areas, service.category, service.area), service.home, -service.quality, place)
            })
            .collect();
        order.sort_unstable();
        let books: Vec<Book> = order.iter().map(|(.., place)| book(services, *place)).collect();
        let mut shelves = Vec::new();
        let racks = rack(areas, 1 + TOPS + TOPS * MIDS + ALL_LEAVES, 0);
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

    /// The best pairs of a need, by service; of equal scores the first service is the better.
    pub fn best(&self, areas: &Areas, need: &Need, place: u64, kept: usize, found: &mut Vec<(u32, i32)>) {
        found.clear();
        let mut best = Best { kept, found, worst: 0 };
        let weeks = need.weeks.count_ones().cast_signed();
        for (category, filed) in categories_of(need.leaf).into_iter().zip(CATEGORY) {
            for area in areas.upwards(need.community) {
                for shelf in &self.stock[as_range(&self.racks[rack(areas, category, area)])] {
                    let most = filed + shelf.nearness(need.spot) + TIME + LIKENESS;
                    for book in &self.books[as_range(&shelf.books)] {
                        if most + book.quality < best.least() {
                            break;
                        }
                        let common = (book.weeks & need.weeks).count_ones().cast_signed();
                        if book.groups & need.groups == 0 || common == 0 {
                            continue;
                        }
                        let earned =
                            filed + nearness(book.spot, need.spot) + TIME * common / weeks + book.quality;
                        if earned + LIKENESS < best.least() {
                            continue;
                        }
                        let likeness = mix(place << 32 | u64::from(book.service)) % STEPS;
                        best.take(book.service, earned + STEP * i32::try_from(likeness).unwrap_or_default());
                    }
                }
            }
        }
        best.found.sort_unstable();
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
        Self { books: number(range.start)..number(range.end), least, most }
    }

    /// The most that any of them earns for being near.
    fn nearness(&self, spot: Spot) -> i32 {
        let nearest =
            Spot { x: spot.x.clamp(self.least.x, self.most.x), y: spot.y.clamp(self.least.y, self.most.y) };
        // Distances count in steps of 50 metres, so the nearest place may be a step better than it looks.
        (nearness(nearest, spot) + 50).min(NEAR)
    }
}

impl Best<'_> {
    /// The least score that is still of interest.
    fn least(&self) -> i32 {
        if self.found.len() < self.kept { i32::MIN } else { self.found[self.worst].1 }
    }

    fn take(&mut self, service: u32, score: i32) {
        let rank = |(service, score): (u32, i32)| (score, std::cmp::Reverse(service));
        if self.found.len() < self.kept {
            self.found.push((service, score));
        } else if rank((service, score)) > rank(self.found[self.worst]) {
            self.found[self.worst] = (service, score);
        } else {
            return;
        }
        if self.found.len() == self.kept {
            self.worst = (0..self.kept).min_by_key(|place| rank(self.found[*place])).unwrap_or_default();
        }
    }
}

fn rack(areas: &Areas, category: u32, area: u32) -> usize {
    let size = areas.size;
    let all = 1 + size.districts + size.districts * size.streets * (1 + super::COMMUNITIES);
    category as usize * all as usize + area as usize
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
