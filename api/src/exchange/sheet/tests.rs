//! Tables as people have them.

use tutti_entity::portfolio::initiative::ValueChainStage;

use super::*;
use crate::exchange::inputs::{InitiativeImportRow, MeasurementImportRow};
use crate::graphql::scalars::{CurrencyCode, Date, Decimal, Markdown};

const HEADINGS: &str = "portfolio,title,owner,startsOn,dueOn";

/// Every line of a table: its number, and the title or what is wrong.
fn read(bytes: &[u8], locale: Locale) -> Result<Vec<(u64, String)>, String> {
    let mut sheet = Sheet::<InitiativeImportRow>::open(bytes, locale)?;
    let mut lines = Vec::new();
    while let Some(Line { number, row }) = sheet.next_line()? {
        let told =
            |wrong: Vec<Wrong>| wrong.into_iter().map(|wrong| wrong.field).collect::<Vec<_>>().join(" ");
        lines.push((number, row.map_or_else(told, |row| row.title)));
    }
    Ok(lines)
}

fn table(lines: &[&str]) -> String {
    format!("{HEADINGS}\n{}\n", lines.join("\n"))
}

fn refusal(text: impl AsRef<[u8]>) -> String {
    read(text.as_ref(), Locale::En).unwrap_err()
}

#[test]
fn a_table_is_read_as_spreadsheets_write_it() {
    let row = "Harbour,One,a@b.example,2025-01-01,2025-12-31";
    let expected = Ok(vec![(2, "One".to_owned())]);
    let tabs = table(&[row]).replace(',', "\t");
    for text in [
        table(&[row]),
        format!("\u{feff}{}", table(&[row])),
        table(&[row]).replace('\n', "\r\n"),
        table(&[row]).replace(',', ";"),
        tabs,
        table(&[row]).trim_end().to_owned(),
        // Empty lines and columns at the end.
        table(&[row, "", ",,,,", "  ,, ,,"]),
        format!("{HEADINGS},,\n{row},,\n"),
        format!("{HEADINGS}, \n{row}\n"),
        table(&[&row.replace("One", "\"One\"")]),
        "DUEON;Starts on;Portefølje;TITEL;ejer\n2025-12-31;2025-01-01;Harbour;One;a@b.example".to_owned(),
        // A comma in a heading's quotes is no separator.
        format!("{};\"sponsor\"\n{};", HEADINGS.replace(',', ";"), row.replace(',', ";")),
    ] {
        assert_eq!(read(text.as_bytes(), Locale::En), expected, "{text}");
    }
    let told = format!("sep=;\r\n{}", table(&[row]).replace(',', ";"));
    assert_eq!(read(told.as_bytes(), Locale::En), Ok(vec![(3, "One".to_owned())]));
}

#[test]
fn a_line_is_where_its_row_begins() {
    let text = table(&[
        "Harbour,\"One\nand\r\na half\",a@b.example,2025-01-01,2025-12-31",
        "",
        "Harbour,Two,a@b.example,2025-01-01,tomorrow",
        "Harbour,,,,",
        "Harbour,Three,a@b.example,31-12-2025,31.12.2025",
    ]);
    let title = "One\nand\r\na half".to_owned();
    let expected = |third: &str| {
        vec![
            (2, title.clone()),
            (6, "dueOn".to_owned()),
            (7, "startsOn dueOn".to_owned()),
            (8, third.to_owned()),
        ]
    };
    assert_eq!(read(text.as_bytes(), Locale::En).unwrap(), expected("startsOn dueOn"));
    assert_eq!(read(text.as_bytes(), Locale::Da).unwrap(), expected("Three"));
    let returns = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let lines = |text: &str| {
        read(text.as_bytes(), Locale::En).unwrap().into_iter().map(|(line, _)| line).collect::<Vec<_>>()
    };
    assert_eq!(lines(&returns), [2, 6, 7, 8]);
    assert_eq!(lines(text.trim_end()), [2, 6, 7, 8]);
}

#[test]
fn cells_are_read_by_their_columns() {
    let text = "id;titel;beskrivelse;portefølje;ejer;sponsor;starter;frist;værdikædetrin;budget;valuta;status\n\
                x;\"'=1+1\";\"To \"\"linjer\"\"\nher\";Havn;a@b.example;;1/2/2025;31-12-2025;sales, Customer service;1.250.000,50;dkk;ACTIVE\n";
    let mut sheet = Sheet::<InitiativeImportRow>::open(text.as_bytes(), Locale::Da).unwrap();
    assert_eq!(sheet.ignored, ["id", "status"]);
    let row = sheet.next_line().unwrap().unwrap().row.unwrap();
    let day = |text: &str| Date(text.parse().unwrap());
    let expected = InitiativeImportRow {
        portfolio: "Havn".to_owned(),
        title: "=1+1".to_owned(),
        description: Some(Markdown("To \"linjer\"\nher".to_owned())),
        owner: "a@b.example".to_owned(),
        sponsor: None,
        reviewer: None,
        starts_on: day("2025-02-01"),
        due_on: day("2025-12-31"),
        value_chain_stages: Some(vec![ValueChainStage::Sales, ValueChainStage::CustomerService]),
        budget: Some(Decimal("1250000.50".parse().unwrap())),
        currency: CurrencyCode::from_code("DKK"),
    };
    assert_eq!(row, expected);
}

#[test]
fn what_does_not_read_is_named() {
    let columns = "portfolio,title,owner,startsOn,dueOn,valueChainStages,budget,currency";
    let row = "Harbour,One,a@b.example,2025-01-01,2025-12-31,ROWING,\"1,5,0\",Kroner,beside";
    let mut sheet =
        Sheet::<InitiativeImportRow>::open(format!("{columns}\n{row}\n").leak().as_bytes(), Locale::En)
            .unwrap();
    let wrong = sheet.next_line().unwrap().unwrap().row.unwrap_err();
    let told: Vec<_> = wrong.iter().map(|wrong| (wrong.field.as_str(), wrong.message.as_str())).collect();
    let fields: Vec<_> = told.iter().map(|(field, _)| *field).collect();
    assert_eq!(fields, ["column 9", "valueChainStages", "budget", "currency"]);
    assert!(told[1].1.starts_with("`ROWING` is no stage; they are MARKETING, SALES"), "{told:?}");
    let nul = table(&["Harbour,O\0ne,a@b.example,2025-01-01,2025-12-31"]);
    assert!(refusal(nul).contains("UTF-16"));
}

#[test]
fn columns_that_are_not_right_are_named() {
    for (headings, sentence) in [
        ("portfolio,title,owner,startsOn", "Line 1: the column `dueOn` is missing."),
        (
            "title,colour,owner,dueOn",
            "Line 1: the column `colour` is not known; the columns `portfolio`, `startsOn` are missing.",
        ),
        (
            "portfolio,title,Titel,owner,startsOn,dueOn,due on",
            "Line 1: the columns `Titel`, `due on` are there twice.",
        ),
        ("", "The file is empty: its first line names the columns."),
        ("\n\n,,\n", "The file is empty: its first line names the columns."),
    ] {
        assert_eq!(refusal(headings), sentence, "{headings}");
    }
    let danish = read(b"portef\xc3\xb8lje;titel;ejer;starter\n", Locale::Da).unwrap_err();
    assert_eq!(danish, "Line 1: the column `frist` is missing.");
}

#[test]
fn other_encodings_are_refused_with_what_to_do() {
    let text = table(&["Havn,Bl\u{e5},a@b.example,2025-01-01,2025-12-31"]);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_mark = [&[0xff, 0xfe][..], &wide].concat();
    for bytes in [wide, with_mark] {
        assert!(refusal(bytes).contains("save it as \"CSV UTF-8"));
    }
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert!(refusal(latin).starts_with("Line 2: the text is not UTF-8. In Excel save it as"));
    assert!(refusal(b"PK\x03\x04\x14").contains("workbook"));
    assert!(
        refusal(table(&["Harbour"]).replace('\n', "\r")).contains("old Macintoshes. In Excel save it as")
    );
}

#[test]
fn a_quote_too_few_does_not_fill_the_memory() {
    let endless = "a,b\n".repeat(400_000);
    let text = table(&["Harbour,One,a@b.example,2025-01-01,2025-12-31", "Harbour,\"Two", &endless]);
    assert_eq!(refusal(text), "Line 3: the row goes on for more than a megabyte: is there a quote too few?");
}

#[test]
fn a_quote_that_is_not_closed_takes_no_row_away() {
    let open = table(&[
        "Harbour,One,a@b.example,2025-01-01,2025-12-31,\"half",
        "Harbour,Two,a@b.example,2025-01-01,2025-12-31,whole",
    ]);
    let text = open.replace("dueOn\n", "dueOn,description\n");
    for text in [text.clone(), text.trim_end().to_owned()] {
        assert_eq!(refusal(&text), "Line 2: a quote is opened in this row and not closed.");
    }
    let closed = text.replace("\"half", "\"half\"").replace("whole", "\"\u{1f}\n\"");
    assert_eq!(read(closed.as_bytes(), Locale::En).unwrap().len(), 2);
}

#[test]
fn an_amount_of_another_locale_is_asked_back() {
    let row = "Harbour;One;a@b.example;2025-01-01;2025-12-31;250.000";
    let text = table(&[row]).replace(',', ";").replace("dueOn\n", "dueOn;budget\n");
    assert_eq!(read(text.as_bytes(), Locale::En), Ok(vec![(2, "budget".to_owned())]));
    assert_eq!(read(text.as_bytes(), Locale::Da), Ok(vec![(2, "One".to_owned())]));
    let long = table(&[&format!("Harbour,{},a@b.example,2025-01-01,2025-12-31", "x".repeat(90_000))]);
    assert_eq!(read(long.as_bytes(), Locale::En), Ok(vec![(2, "row".to_owned())]));
}

#[test]
fn measurements_are_read_in_both_languages() {
    let en = "KPI,Org unit,period_start,periodEnd,responses,satisfied,numerator,value,story\n\
              NPS,Salg,2025-01-01,2025-01-31,\"1,250\",40,1.5,,\"The \"\"storm\"\" passed.\"\n\
              NPS,,soon,then,1.5,-1,x,12345678901234567890123456789012,\n";
    let mut sheet = Sheet::<MeasurementImportRow>::open(en.as_bytes(), Locale::En).unwrap();
    let day = |text: &str| Date(text.parse().unwrap());
    let expected = MeasurementImportRow {
        kpi: "NPS".to_owned(),
        org_unit: Some("Salg".to_owned()),
        period_start: day("2025-01-01"),
        period_end: Some(day("2025-01-31")),
        responses: Some(1250),
        promoters: None,
        passives: None,
        detractors: None,
        satisfied: Some(40),
        numerator: Some(Decimal("1.5".parse().unwrap())),
        denominator: None,
        value: None,
        story: Some(Markdown("The \"storm\" passed.".to_owned())),
    };
    assert_eq!(sheet.next_line().unwrap().unwrap().row.unwrap(), expected);
    let wrong = sheet.next_line().unwrap().unwrap().row.unwrap_err();
    let fields: Vec<_> = wrong.iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["periodStart", "periodEnd", "responses", "numerator", "value"]);
    let da = "nøgletal;enhed;periode fra;periode til;svar;tilfredse;tæller;historie\n\
              NPS;Salg;1/1/2025;31-01-2025;1.250;40;1,5;\"The \"\"storm\"\" passed.\"\n";
    let mut sheet = Sheet::<MeasurementImportRow>::open(da.as_bytes(), Locale::Da).unwrap();
    assert_eq!(sheet.next_line().unwrap().unwrap().row.unwrap(), expected);
    let missing = Sheet::<MeasurementImportRow>::open(&b"value\n"[..], Locale::En).unwrap_err();
    assert_eq!(missing, "Line 1: the columns `kpi`, `periodStart` are missing.");
}
