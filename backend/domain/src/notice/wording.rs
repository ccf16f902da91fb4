//! What a notice says outside the application. It stands on lock screens and travels through other people's servers,
//! so it names no person, no organisation, no number, no plate and no waste: only what kind of thing happened.

use super::{Language, Topic};

/// A title and a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    /// A few words.
    pub title: &'static str,
    /// One sentence: what to do.
    pub text: &'static str,
}

/// The name of the application before the title of an e-mail.
#[must_use]
pub const fn application(language: Language) -> &'static str {
    match language {
        Language::Vi => "Chứng từ CTNH",
        Language::En => "E-manifest",
        Language::Ko => "유해폐기물 인계서",
    }
}

/// The line under an e-mail or text that leads to the application.
#[must_use]
pub const fn open(language: Language) -> &'static str {
    match language {
        Language::Vi => "Mở ứng dụng:",
        Language::En => "Open the application:",
        Language::Ko => "앱 열기:",
    }
}

/// The line before a link that does one thing without a sign-in.
#[must_use]
pub const fn act(language: Language) -> &'static str {
    match language {
        Language::Vi => "Xem và xác nhận không cần đăng nhập (liên kết dùng một lần, không chuyển tiếp):",
        Language::En => "Look and confirm without signing in (works once, do not forward):",
        Language::Ko => "로그인 없이 확인 (1회용 링크, 전달하지 마십시오):",
    }
}

/// The words of a topic.
#[must_use]
pub const fn wording(topic: Topic, language: Language) -> Wording {
    let (title, text) = match language {
        Language::Vi => vi(topic),
        Language::En => en(topic),
        Language::Ko => ko(topic),
    };
    Wording { title, text }
}

const fn vi(topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::TripAssigned => ("Chuyến mới", "Bạn được giao một chuyến xe. Mở để xem điểm nhận và giờ."),
        Topic::TripWithdrawn => ("Chuyến đã đổi", "Một chuyến không còn giao cho bạn."),
        Topic::YourTurn => ("Đến lượt bạn", "Một chứng từ đang chờ đơn vị bạn xử lý."),
        Topic::ConfirmPickup => ("Xác nhận bàn giao", "Lái xe báo đã nhận hàng. Hãy xác nhận nếu đúng."),
        Topic::Issued => ("Đã phát hành", "Một chứng từ đã được cấp số và ký."),
        Topic::Accepted => ("Đã tiếp nhận", "Cơ sở xử lý đã tiếp nhận hàng."),
        Topic::PartlyAccepted => ("Tiếp nhận một phần", "Một phần hàng bị từ chối. Mở để xem."),
        Topic::Rejected => ("Hàng bị từ chối", "Cơ sở xử lý từ chối hàng. Cần quyết định nơi trả."),
        Topic::Closed => {
            ("Đã xử lý xong", "Chất thải đã được xử lý xong, bản xác nhận nằm trong hồ sơ của bạn.")
        }
        Topic::Discrepancy => ("Chênh lệch khối lượng", "Khối lượng cân khác khối lượng khai. Mở để xem."),
        Topic::Deviation => ("Lệch tuyến", "Một chuyến hàng không ở nơi dự kiến. Mở để xem."),
        Topic::Hold => ("Tạm giữ", "Một chuyến hàng bị tạm giữ. Mở để xem."),
        Topic::Released => ("Được đi tiếp", "Chuyến hàng bị tạm giữ được đi tiếp."),
        Topic::Voided => ("Chứng từ bị huỷ", "Một chứng từ của đơn vị bạn đã bị huỷ."),
    }
}

const fn en(topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::TripAssigned => ("New trip", "A trip was assigned to you. Open it for the stop and the time."),
        Topic::TripWithdrawn => ("Trip changed", "A trip is no longer yours."),
        Topic::YourTurn => ("Your turn", "A manifest waits for your organisation."),
        Topic::ConfirmPickup => {
            ("Confirm the handover", "The driver reports the pickup. Confirm it if that is right.")
        }
        Topic::Issued => ("Issued", "A manifest has its number and seal."),
        Topic::Accepted => ("Accepted", "The facility took the load."),
        Topic::PartlyAccepted => ("Accepted in part", "A part of the load was refused. Open to see."),
        Topic::Rejected => ("Load rejected", "The facility refused the load. Decide where it goes."),
        Topic::Closed => {
            ("Treated and certified", "The waste has been treated. The certified copy is in your records.")
        }
        Topic::Discrepancy => ("Masses differ", "The scale shows another mass than declared. Open to see."),
        Topic::Deviation => ("Off the route", "A load is not where it should be. Open to see."),
        Topic::Hold => ("On hold", "A load is held by the authority. Open to see."),
        Topic::Released => ("Released", "The held load may go on."),
        Topic::Voided => ("Manifest voided", "A manifest of your organisation was voided."),
    }
}

const fn ko(topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::TripAssigned => ("새 운행", "운행이 배정되었습니다. 상차지와 시간을 확인하십시오."),
        Topic::TripWithdrawn => ("운행 변경", "배정된 운행이 취소되었습니다."),
        Topic::YourTurn => ("처리 차례", "귀 기관의 처리를 기다리는 인계서가 있습니다."),
        Topic::ConfirmPickup => ("인계 확인", "운전자가 상차를 보고했습니다. 맞으면 확인하십시오."),
        Topic::Issued => ("발행됨", "인계서에 번호와 전자서명이 부여되었습니다."),
        Topic::Accepted => ("인수됨", "처리시설이 폐기물을 인수했습니다."),
        Topic::PartlyAccepted => ("일부 인수", "일부가 거부되었습니다. 열어서 확인하십시오."),
        Topic::Rejected => ("인수 거부", "처리시설이 인수를 거부했습니다. 반송지를 정하십시오."),
        Topic::Closed => ("처리 완료", "폐기물 처리가 끝났습니다. 확인된 사본이 귀사 기록에 있습니다."),
        Topic::Discrepancy => ("중량 차이", "계량값이 신고량과 다릅니다. 열어서 확인하십시오."),
        Topic::Deviation => ("경로 이탈", "운송물이 예정된 위치에 있지 않습니다. 열어서 확인하십시오."),
        Topic::Hold => ("운송 보류", "관할 기관이 운송물을 보류했습니다. 열어서 확인하십시오."),
        Topic::Released => ("보류 해제", "보류된 운송물이 다시 출발할 수 있습니다."),
        Topic::Voided => ("인계서 취소", "귀 기관의 인계서가 취소되었습니다."),
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, Topic, wording};
    use std::collections::BTreeSet;

    #[test]
    fn every_topic_says_something_of_its_own_in_every_language() {
        for language in Language::ALL {
            let titles: BTreeSet<_> =
                Topic::ALL.iter().map(|topic| wording(*topic, *language).title).collect();
            assert_eq!(titles.len(), Topic::ALL.len(), "{language}");
            for topic in Topic::ALL {
                let said = wording(*topic, *language);
                // A text message of one part holds 70 letters of ours; title and sentence make two at most.
                let letters = said.title.chars().count() + said.text.chars().count();
                assert!((8..=110).contains(&letters), "{topic} {language}: {letters}");
                let named = said.text.chars().any(|c| c.is_ascii_digit() || matches!(c, '{' | '}' | '%'));
                assert!(!named, "{topic} {language}: a lock screen gets no numbers and no blanks to fill");
            }
        }
    }
}
