//! Leads by their codes: MDC numbers a lead as 131328 and the number that SCP-ECG (EN 1064, table of lead identification) gives it.

use ecg::Lead;

use super::resource::Code;
use crate::mdc;

/// MDC_ECG_ELEC_POTL, the potential of no lead in particular.
pub(super) const POTENTIAL: u32 = 131_328;

/// The lead that a code names: by MDC's number, else by its display, text or code.
pub(super) fn of(code: &Code) -> Lead {
    let number = code.code.as_deref().and_then(|code| code.trim().parse::<u32>().ok());
    let number = number.and_then(|number| number.checked_sub(POTENTIAL));
    if let Some(lead) = number.and_then(|number| u16::try_from(number).ok()).and_then(mdc::lead) {
        return lead;
    }
    let names = [&code.display, &code.text, &code.code].into_iter().filter_map(|name| name.as_deref());
    let leads = names.map(|name| Lead::from_label(name.trim().trim_start_matches("MDC_ECG_ELEC_POTL_")));
    leads.into_iter().find(|lead| !matches!(lead, Lead::Other(_))).unwrap_or_else(|| Lead::Other(code.name()))
}

/// MDC's number of a lead.
pub(super) fn number(lead: &Lead) -> Option<u32> {
    mdc::number(lead).map(|number| POTENTIAL.saturating_add(u32::from(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &'static str, display: &'static str) -> Code<'static> {
        Code { code: Some(code.into()), display: Some(display.into()), ..Code::default() }
    }

    #[test]
    fn a_lead_is_known_by_its_number_and_else_by_its_name() {
        assert_eq!(of(&code("131389", "anything")), Lead::III);
        assert_eq!(of(&code("131331", "")), Lead::V1);
        assert_eq!(of(&code("x", "MDC_ECG_ELEC_POTL_AVF")), Lead::AVF);
        assert_eq!(of(&code("MDC_ECG_LEAD_V2", "second")), Lead::V2);
        assert_eq!(of(&code("131328", "MDC_ECG_ELEC_POTL")), Lead::Other("MDC_ECG_ELEC_POTL".into()));
        assert_eq!(of(&code("4294967295", "Y0")), Lead::Other("Y0".into()));
        for lead in Lead::TWELVE {
            let text = number(&lead).unwrap().to_string();
            assert_eq!(of(&Code { code: Some(text.into()), ..Code::default() }), lead);
        }
    }
}
