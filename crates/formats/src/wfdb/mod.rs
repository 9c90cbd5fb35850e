//! WFDB.
/// How clearly the content is a WFDB header, 0 to 100.
pub(crate) fn score_header(_bytes: &[u8]) -> u8 {
    0
}
/// How clearly the content is a MATLAB 4 file, 0 to 100.
pub(crate) fn score_matlab(_bytes: &[u8]) -> u8 {
    0
}
