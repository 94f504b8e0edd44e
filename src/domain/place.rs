//! Places on earth, and how far apart they are: in whole numbers, so that every machine says the same.

use super::check;
use super::refusal::Refusal;

/// Where something is, in whole microdegrees (WGS 84); nowhere known by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct Place {
    /// Degrees north of the equator, times a million.
    pub latitude: Option<i64>,
    /// Degrees east of Greenwich, times a million.
    pub longitude: Option<i64>,
}

/// Half the way round the earth in microdegrees.
const HALF_ROUND: i64 = 180_000_000;

impl Place {
    /// A point on earth.
    ///
    /// # Errors
    /// [`Code::BadNumber`](super::refusal::Code::BadNumber) where there is no such point.
    pub fn new(field: &str, latitude: i64, longitude: i64) -> Result<Self, Refusal> {
        let latitude =
            check::number(&format!("{field}.latitude"), latitude, -HALF_ROUND / 2, HALF_ROUND / 2)?;
        let longitude = check::number(&format!("{field}.longitude"), longitude, -HALF_ROUND, HALF_ROUND)?;
        Ok(Self { latitude: Some(latitude), longitude: Some(longitude) })
    }

    /// Latitude and longitude, where they are known.
    #[must_use]
    pub fn known(self) -> Option<(i64, i64)> {
        self.latitude.zip(self.longitude)
    }

    /// How many metres lie between two places as the crow flies; `None` where one is unknown.
    ///
    /// Taken on a plane whose degrees of longitude are as long as they are halfway between the two. Up to 50 km, between
    /// 60° south and north, that differs from the way on a sphere by less than one part in ten thousand and one metre.
    /// The sphere itself differs from the earth by up to one part in two hundred.
    #[must_use]
    pub fn metres_to(self, other: Self) -> Option<i64> {
        let ((north, east), (other_north, other_east)) = (self.known()?, other.known()?);
        let apart = (east - other_east).abs();
        let east = centimetres(apart.min(2 * HALF_ROUND - apart)) * cosine(north + other_north) / ONE;
        let north = centimetres(north - other_north);
        let square = (north * north).unsigned_abs() + (east * east).unsigned_abs();
        i64::try_from((square.isqrt() + 50) / 100).ok()
    }
}

/// How long so many microdegrees of a great circle are, on a sphere with the mean radius of the earth, 6,371,008.8 m.
fn centimetres(microdegrees: i64) -> i64 {
    microdegrees * 1_111_951 / 100_000
}

/// One, for numbers below it.
const ONE: i64 = 1 << 30;

/// The cosine, in parts of [`ONE`], of half of so many microdegrees, which are no more than half a round: the first
/// terms of its series, less than one part in a million off.
fn cosine(microdegrees_twice: i64) -> i64 {
    // Radians in parts of one: half a microdegree has 9.370165 of them.
    let angle = microdegrees_twice.abs() * 9_370_165 / 1_000_000;
    let square = angle * angle / ONE;
    [90, 56, 30, 12, 2].iter().fold(ONE, |sum, divisor| ONE - square * sum / ONE / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(latitude: i64, longitude: i64) -> Place {
        Place { latitude: Some(latitude), longitude: Some(longitude) }
    }

    /// The way on a sphere by the haversine formula, in floating point.
    fn on_a_sphere((latitude, longitude): (i64, i64), (other_latitude, other_longitude): (i64, i64)) -> f64 {
        let radians = |microdegrees: i64| f64::from(i32::try_from(microdegrees).unwrap()).to_radians() / 1e6;
        let half_sine = |apart: i64| (radians(apart) / 2.0).sin().powi(2);
        let both = radians(latitude).cos() * radians(other_latitude).cos();
        let square = half_sine(latitude - other_latitude) + both * half_sine(longitude - other_longitude);
        2.0 * 6_371_008.8 * square.sqrt().asin()
    }

    #[test]
    fn known_ways_are_as_long_as_they_are() {
        let (library, station) = (at(28_194_780, 112_998_450), at(28_194_780, 113_008_450));
        assert_eq!(library.metres_to(library), Some(0));
        assert_eq!(library.metres_to(station), Some(980));
        assert_eq!(at(0, 0).metres_to(at(1_000_000, 0)), Some(111_195));
        // Across the line where the days change.
        assert_eq!(at(0, 179_999_000).metres_to(at(0, -179_999_000)), Some(222));
        // The ends of the earth neither overflow nor fall out of it.
        let around = at(90_000_000, 0).metres_to(at(-90_000_000, 180_000_000));
        assert!(around.is_some_and(|metres| (28_305_000..28_306_000).contains(&metres)), "{around:?}");
        let nothing = at(90_000_000, 0).metres_to(at(90_000_000, 180_000_000));
        assert!(nothing.is_some_and(|metres| metres < 20), "{nothing:?}");
        assert_eq!(library.metres_to(Place::default()), None);
    }

    proptest! {
        #[test]
        fn it_is_a_sphere_s_way_but_for_the_stated_error(
            latitude in -60_000_000_i64..60_000_000,
            longitude in -180_000_000_i64..180_000_000,
            north in -450_000_i64..450_000,
            east in -450_000_i64..450_000,
        ) {
            let (here, there) = ((latitude, longitude), (latitude + north, longitude + east));
            let truth = on_a_sphere(here, there);
            prop_assume!(truth <= 50_000.0);
            let (one, other) = (at(here.0, here.1), at(there.0, there.1));
            let metres = one.metres_to(other).unwrap();
            prop_assert_eq!(Some(metres), other.metres_to(one));
            let told = f64::from(i32::try_from(metres).unwrap());
            prop_assert!((told - truth).abs() <= truth / 10_000.0 + 1.0, "{} {}", told, truth);
        }
    }
}
