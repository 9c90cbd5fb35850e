//! XML of the vendors.

use crate::corpus::{Corpus, LONGEST_FILE, alone};

/// One small document of each vendor; Philips's with three leads packed by XLI (I of zeros, II of ones, III of zeros left over).
pub fn add(corpus: &mut Corpus) {
    let base64 = |bytes: &[u8]| base64::engine::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let counts = base64(&(0..40_i16).flat_map(|count| (count * 9).to_le_bytes()).collect::<Vec<u8>>());
    let muse = format!(
        "<!DOCTYPE RestingECG SYSTEM \"restecg.dtd\"><RestingECG><Waveform><WaveformType>Rhythm</WaveformType><SampleBase>500</SampleBase>\
         <SampleExponent>0</SampleExponent><LeadData><LeadSampleCountTotal>40</LeadSampleCountTotal><LeadAmplitudeUnitsPerBit>4.88\
         </LeadAmplitudeUnitsPerBit><LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits><LeadID>II</LeadID><LeadDataCRC32>77</LeadDataCRC32>\
         <WaveFormData>{counts}</WaveFormData></LeadData></Waveform><QRSTimesTypes><QRS><Time>614</Time></QRS></QRSTimesTypes></RestingECG>"
    );
    let numbers = "1,-2,300,40000,".repeat(20);
    let cardiosoft = format!(
        "<CardiologyXML><StripData><SampleRate units=\"Hz\">10</SampleRate><ChannelSampleCountTotal>80</ChannelSampleCountTotal>\
         <Resolution units=\"uVperLsb\">5</Resolution><WaveformData lead=\"I\">{numbers}</WaveformData></StripData><FullDisclosure>\
         <SampleRate units=\"Hz\">10</SampleRate><Resolution units=\"uVperLsb\">5</Resolution><LeadOrder>I,II</LeadOrder>\
         <FullDisclosureData>{numbers}</FullDisclosureData></FullDisclosure></CardiologyXML>"
    );
    // Codes 0 and 256 to 262 are 36 zeros: 18 samples.
    let bits: Vec<u8> = [0_u16, 256, 257, 258, 259, 260, 261, 262]
        .iter()
        .flat_map(|code| (0..10).rev().map(move |bit| (code >> bit & 1) as u8))
        .collect();
    let codes = bits.chunks(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit));
    let chunk: Vec<u8> = [10_u8, 0, 0, 0, 1, 0, 0, 0].into_iter().chain(codes).collect();
    let philips = format!(
        "<restingecgdata><documentinfo><documenttype>SierraECG</documenttype><documentversion>1.03</documentversion></documentinfo>\
         <waveforms><parsedwaveforms dataencoding=\"Base64\" compression=\"XLI\" leadlabels=\"I II III\" durationperchannel=\"36\" \
         samplespersecond=\"500\" resolution=\"5\">{}</parsedwaveforms><repbeats samplespersec=\"1000\" resolution=\"1\">\
         <repbeat leadname=\"I\">{counts}</repbeat></repbeats></waveforms></restingecgdata>",
        base64(&chunk.repeat(3))
    );
    // The same leads as numbers.
    let text =
        "<parsedwaveforms dataencoding=\"Plain\" leadlabels=\"I II III\" samplespersecond=\"500\" resolution=\"5\">";
    let philips_text = format!(
        "<restingecgdata><documentinfo><documenttype>SierraECG</documenttype><documentversion>1.04</documentversion></documentinfo>\
         <waveforms>{text}{}</parsedwaveforms><repbeats dataencoding=\"Plain\" samplespersec=\"1000\" resolution=\"1\"><repbeat \
         leadname=\"I\"><waveform duration=\"4\">1 -2 3 4</waveform></repbeat></repbeats></waveforms></restingecgdata>",
        "1 -2 300\n40 ".repeat(30)
    );
    let times: Vec<String> = (0..40).map(|sample| (sample * 10 / 3).to_string()).collect();
    let listed = format!(
        "<AnnotatedECG><component><series><component><sequenceSet><component><sequence><code code=\"TIME_ABSOLUTE\"/><value><origin \
         value=\"20260101120000.5\"/><scale value=\"1\" unit=\"ms\"/><digits>{}</digits></value></sequence></component><component><sequence>\
         <code code=\"MDC_ECG_LEAD_I\"/><value><origin value=\"0\" unit=\"uV\"/><scale value=\"5\" unit=\"uV\"/><digits>{}</digits></value>\
         </sequence></component></sequenceSet></component></series></component></AnnotatedECG>",
        times.join(" "),
        "7 -8 ".repeat(20)
    );
    corpus.entry("aecg").or_default().push(alone("a.xml", listed.into_bytes()));
    corpus.entry("philips").or_default().push(alone("a.xml", philips_text.into_bytes()));
    let mortara = format!(
        "<ECG ACQUISITION_TIME=\"20260101120000\"><CHANNEL NAME=\"I\" OFFSET=\"3\" BITS=\"16\" UNITS_PER_MV=\"200\" DURATION=\"40\" \
         SAMPLE_FREQ=\"500\" DATA=\"{counts}\"/><TYPICAL_CYCLE UNITS_PER_MV=\"200\" SAMPLE_FREQ=\"500\"><TYPICAL_CYCLE_CHANNEL NAME=\"I\" \
         DATA=\"{counts}\"/></TYPICAL_CYCLE></ECG>"
    );
    let schiller = format!(
        "<SchillerEDI><wavedata><type>ECG_RHYTHMS</type><resolution><samplerate><units>HZ</units><value>500</value><exponent>1</exponent>\
         </samplerate><yres><units>UV</units><unitperbit>5</unitperbit></yres></resolution><channel><name>I</name><data>{numbers}</data>\
         </channel></wavedata></SchillerEDI>"
    );
    let fhir = "<Bundle xmlns=\"http://hl7.org/fhir\"><entry><resource><Patient><id value=\"p\"/><name><family value=\"A\"/><given value=\"B\"/>\
                </name></Patient></resource></entry><entry><resource><Observation><contained><Device/></contained><subject><reference \
                value=\"p\"/></subject><interpretation><text value=\"a &amp; b\"/></interpretation><component><code><coding><code value=\"131330\"/>\
                </coding></code><valueSampledData><origin><value value=\"0\"/><code value=\"uV\"/></origin><period value=\"2\"/><factor \
                value=\"0.5\"/><dimensions value=\"1\"/><data value=\"1 2 E -3\"/></valueSampledData></component><component><valueQuantity>\
                <value value=\"7\"/></valueQuantity></component></Observation></resource></entry></Bundle>";
    // A code page with letters of two bytes, each of which can be cut.
    let declaration = b"<?xml version='1.0' encoding='Shift_JIS'?>".as_slice();
    let (before, after) = mortara.split_at(mortara.find("<CHANNEL").unwrap());
    let subject = b"<SUBJECT LAST_NAME='\x8e\x52\x93\x63'/>";
    let japanese = [declaration, before.as_bytes(), subject, after.as_bytes()].concat();
    corpus.entry("fhir").or_default().push(alone("a.xml", fhir.into()));
    corpus.entry("mortara").or_default().push(alone("b.xml", japanese));
    for (kind, text) in
        [("muse", muse), ("cardiosoft", cardiosoft), ("philips", philips), ("mortara", mortara), ("schiller", schiller)]
    {
        corpus.entry(kind).or_default().push(alone("a.xml", text.into_bytes()));
    }
}

/// A document from a little before its samples on, behind its first kilobyte: the report before them may be longer than a case.
pub fn from_samples(bytes: Vec<u8>) -> Vec<u8> {
    let find = |what: &[u8]| bytes.windows(what.len()).position(|window| window == what);
    match find(b"<waveforms>").or_else(|| find(&in_utf_16("<waveforms>"))) {
        Some(at) if at > LONGEST_FILE / 2 => {
            let close =
                if bytes.starts_with(b"\xff\xfe") { in_utf_16("</documentinfo>") } else { b"</documentinfo>".to_vec() };
            let end = bytes
                .windows(close.len())
                .position(|window| window == close.as_slice())
                .map_or(0, |from| from + close.len());
            [&bytes[..end], &bytes[at..]].concat()
        }
        _ => bytes,
    }
}

fn in_utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
