//! Festivals on which services are offered, and the days they fall on.

use chrono::{Datelike, NaiveDate};
use tyme4rs::tyme::lunar::LunarDay;
use tyme4rs::tyme::solar::{SolarDay, SolarTerm};

use super::text::text_enum;

text_enum! {
    /// A festival or commemoration day that comes once in every Gregorian year.
    pub enum Festival {
        /// First day of the first lunar month.
        SpringFestival = "spring_festival", "春节", "Spring Festival";
        /// Fifteenth day of the first lunar month.
        Lantern = "lantern", "元宵节", "Lantern Festival";
        /// 5 March, when volunteers follow Lei Feng.
        LeiFengDay = "lei_feng_day", "学雷锋纪念日", "Lei Feng Day";
        /// The solar term of tomb sweeping, 4 to 6 April.
        Qingming = "qingming", "清明节", "Qingming Festival";
        /// 1 May.
        LabourDay = "labour_day", "劳动节", "Labour Day";
        /// 4 May.
        YouthDay = "youth_day", "青年节", "Youth Day";
        /// 1 June.
        ChildrenDay = "children_day", "儿童节", "Children's Day";
        /// Fifth day of the fifth lunar month.
        DragonBoat = "dragon_boat", "端午节", "Dragon Boat Festival";
        /// 1 July.
        PartyDay = "party_day", "建党节", "Party Founding Day";
        /// 1 August.
        ArmyDay = "army_day", "建军节", "Army Day";
        /// Fifteenth day of the eighth lunar month.
        MidAutumn = "mid_autumn", "中秋节", "Mid-Autumn Festival";
        /// Ninth day of the ninth lunar month, the day of the elderly.
        DoubleNinth = "double_ninth", "重阳节", "Double Ninth Festival";
        /// 1 October.
        NationalDay = "national_day", "国庆节", "National Day";
        /// The solar term of the longest night, 21 to 23 December.
        WinterSolstice = "winter_solstice", "冬至", "Winter Solstice";
    }
}

/// Lunar festivals by the words that name them in a text.
const NAMED: [(Festival, &[&str]); 5] = [
    (Festival::SpringFestival, &["春节", "新春", "过年", "除夕", "年货", "Spring Festival"]),
    (Festival::Lantern, &["元宵", "Lantern Festival"]),
    (Festival::DragonBoat, &["端午", "Dragon Boat"]),
    (Festival::MidAutumn, &["中秋", "Mid-Autumn"]),
    (Festival::DoubleNinth, &["重阳", "Double Ninth"]),
];

/// First Gregorian year for which festivals have a date.
pub const FIRST_YEAR: i32 = 1901;
/// Last Gregorian year for which festivals have a date.
pub const LAST_YEAR: i32 = 2199;

/// Place of Qingming among the solar terms of a year, which count from the winter solstice before it.
const QINGMING: isize = 7;

impl Festival {
    /// The day of this festival in a Gregorian year, in China.
    ///
    /// `None` outside [`FIRST_YEAR`]`..=`[`LAST_YEAR`]. Lunar festivals always mean the plain month, never
    /// the leap month that may follow it.
    #[must_use]
    pub fn date_in(self, year: i32) -> Option<NaiveDate> {
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            return None;
        }
        match self {
            Self::SpringFestival => lunar(year, 1, 1),
            Self::Lantern => lunar(year, 1, 15),
            Self::LeiFengDay => NaiveDate::from_ymd_opt(year, 3, 5),
            Self::Qingming => solar_term(year, QINGMING),
            Self::LabourDay => NaiveDate::from_ymd_opt(year, 5, 1),
            Self::YouthDay => NaiveDate::from_ymd_opt(year, 5, 4),
            Self::ChildrenDay => NaiveDate::from_ymd_opt(year, 6, 1),
            Self::DragonBoat => lunar(year, 5, 5),
            Self::PartyDay => NaiveDate::from_ymd_opt(year, 7, 1),
            Self::ArmyDay => NaiveDate::from_ymd_opt(year, 8, 1),
            Self::MidAutumn => lunar(year, 8, 15),
            Self::DoubleNinth => lunar(year, 9, 9),
            Self::NationalDay => NaiveDate::from_ymd_opt(year, 10, 1),
            // December's solstice opens the solar terms of the year after.
            Self::WinterSolstice => solar_term(year.checked_add(1)?, 0),
        }
    }

    /// The lunar festival that a text names first in the year; the others come on about the same day of each year.
    #[must_use]
    pub fn lunar_in(text: &str) -> Option<Self> {
        NAMED.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(named, _)| *named)
    }

    /// How many days lie between the day of this festival that is nearest to a day and the one in the year after.
    #[must_use]
    pub fn days_to_the_next(self, day: NaiveDate) -> Option<i64> {
        let dates = (-1..=1).filter_map(|years| self.date_in(day.year().checked_add(years)?));
        let nearest = dates.min_by_key(|date| (*date - day).num_days().abs())?;
        Some((self.date_in(nearest.year().checked_add(1)?)? - nearest).num_days())
    }

    /// The first day of this festival that is not before `day`; `None` when it lies after [`LAST_YEAR`].
    #[must_use]
    pub fn next_on_or_after(self, day: NaiveDate) -> Option<NaiveDate> {
        let year = day.year().max(FIRST_YEAR);
        [year, year.saturating_add(1)]
            .into_iter()
            .find_map(|year| self.date_in(year).filter(|date| *date >= day))
    }
}

fn lunar(year: i32, month: isize, day: usize) -> Option<NaiveDate> {
    let day = LunarDay::new(isize::try_from(year).ok()?, month, day).ok()?;
    gregorian(&day.get_solar_day())
}

fn solar_term(year: i32, index: isize) -> Option<NaiveDate> {
    gregorian(&SolarTerm::from_index(isize::try_from(year).ok()?, index).get_solar_day())
}

fn gregorian(day: &SolarDay) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(
        i32::try_from(day.get_year()).ok()?,
        u32::try_from(day.get_month()).ok()?,
        u32::try_from(day.get_day()).ok()?,
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text::{Lang, TextEnum};
    use super::*;

    #[test]
    fn lunar_festivals_and_solar_terms_fall_on_the_published_days() {
        let published = [
            (Festival::SpringFestival, 1985, 2, 20),
            (Festival::SpringFestival, 2024, 2, 10),
            (Festival::SpringFestival, 2025, 1, 29),
            (Festival::SpringFestival, 2026, 2, 17),
            (Festival::SpringFestival, 2027, 2, 6),
            (Festival::SpringFestival, 2033, 1, 31),
            (Festival::SpringFestival, 2034, 2, 19),
            (Festival::Lantern, 2026, 3, 3),
            (Festival::Qingming, 2024, 4, 4),
            (Festival::Qingming, 2026, 4, 5),
            // 2025 has a leap sixth month, 2020 a leap fourth.
            (Festival::DragonBoat, 2020, 6, 25),
            (Festival::DragonBoat, 2025, 5, 31),
            (Festival::DragonBoat, 2026, 6, 19),
            (Festival::MidAutumn, 2025, 10, 6),
            (Festival::MidAutumn, 2026, 9, 25),
            (Festival::DoubleNinth, 2025, 10, 29),
            (Festival::DoubleNinth, 2026, 10, 18),
            (Festival::WinterSolstice, 2024, 12, 21),
            (Festival::WinterSolstice, 2026, 12, 22),
        ];
        for (festival, year, month, day) in published {
            let date = NaiveDate::from_ymd_opt(year, month, day);
            assert_eq!(festival.date_in(year), date, "{} {year}", festival.as_str());
        }
    }

    #[test]
    fn every_festival_has_one_day_in_each_supported_year_and_none_beyond() {
        for festival in Festival::ALL {
            for year in FIRST_YEAR..=LAST_YEAR {
                let date = festival.date_in(year);
                assert_eq!(date.map(|date| date.year()), Some(year), "{}", festival.as_str());
            }
            for year in [i32::MIN, -1, 0, FIRST_YEAR - 1, LAST_YEAR + 1, i32::MAX] {
                assert_eq!(festival.date_in(year), None);
            }
        }
    }

    #[test]
    fn seasonal_days_keep_to_their_season() {
        for year in FIRST_YEAR..=LAST_YEAR {
            let within = |festival: Festival, from: (u32, u32), to: (u32, u32)| {
                let date = festival.date_in(year).map(|date| (date.month(), date.day()));
                assert!(date.is_some_and(|date| from <= date && date <= to), "{festival:?} {year} {date:?}");
            };
            within(Festival::SpringFestival, (1, 20), (2, 21));
            within(Festival::Qingming, (4, 4), (4, 6));
            within(Festival::DragonBoat, (5, 26), (6, 26));
            within(Festival::MidAutumn, (9, 6), (10, 9));
            within(Festival::DoubleNinth, (9, 29), (11, 2));
            within(Festival::WinterSolstice, (12, 21), (12, 23));
        }
    }

    #[test]
    fn a_text_names_a_lunar_festival_and_the_next_one_is_some_days_away() {
        assert_eq!(Festival::lunar_in("新春送春联"), Some(Festival::SpringFestival));
        assert_eq!(Festival::lunar_in("Mid-Autumn concert"), Some(Festival::MidAutumn));
        assert_eq!(Festival::lunar_in("春季义诊"), None);
        assert_eq!(Festival::lunar_in("国庆文艺演出"), None);
        for (festival, _) in NAMED {
            assert_eq!(Festival::lunar_in(festival.label(Lang::Zh)), Some(festival));
            assert_eq!(Festival::lunar_in(festival.label(Lang::En)), Some(festival));
        }
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        // From 29 January 2025 to 17 February 2026, and on to 6 February 2027.
        for near in [day(2025, 1, 10), day(2025, 2, 20), day(2024, 12, 31)] {
            assert_eq!(Festival::SpringFestival.days_to_the_next(near), Some(384));
        }
        assert_eq!(Festival::SpringFestival.days_to_the_next(day(2026, 1, 20)), Some(354));
        assert_eq!(Festival::SpringFestival.days_to_the_next(NaiveDate::MAX), None);
    }

    #[test]
    fn the_search_stops_at_the_ends_of_the_calendar() {
        let first = Festival::LabourDay.date_in(FIRST_YEAR);
        assert_eq!(Festival::LabourDay.next_on_or_after(NaiveDate::MIN), first);
        assert_eq!(Festival::LabourDay.next_on_or_after(NaiveDate::MAX), None);
        let eve = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap_or_default();
        assert_eq!(Festival::LabourDay.next_on_or_after(eve), None);
    }

    proptest! {
        #[test]
        fn the_next_day_is_the_nearest_not_before(day in 693_597_i32..803_170, nth in 0..Festival::ALL.len()) {
            let day = NaiveDate::from_num_days_from_ce_opt(day).unwrap_or_default();
            let festival = Festival::ALL[nth];
            let mut dates = (day.year()..=day.year() + 1).filter_map(|year| festival.date_in(year));
            let nearest = dates.find(|date| *date >= day);
            prop_assert_eq!(festival.next_on_or_after(day), nearest);
        }
    }
}
