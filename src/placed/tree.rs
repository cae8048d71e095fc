//! The tree that both forms become.

use super::Wrong;
use std::borrow::Cow;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    pub value: Value<'a>,
    pub span: Range<usize>,
}

#[derive(Debug)]
pub(super) enum Value<'a> {
    /// Strings, and dates as they are written.
    Text(Cow<'a, str>),
    Whole(i64),
    Real(f64),
    Flag(bool),
    List(Vec<Placed<'a>>),
    Table(Vec<(Key<'a>, Placed<'a>)>),
}

#[derive(Debug)]
pub(super) struct Key<'a> {
    pub name: Cow<'a, str>,
    pub span: Range<usize>,
}

/// A document of TOML. Its parser bounds how deep it goes.
pub(super) fn of_toml(text: &str) -> Result<Placed<'_>, Wrong> {
    let table = DeTable::parse(text).map_err(|e| Wrong { message: e.message().to_string(), span: e.span() })?;
    let span = table.span();
    Ok(Placed { value: table_of(table.into_inner())?, span })
}

fn table_of(table: DeTable<'_>) -> Result<Value<'_>, Wrong> {
    let entry = |(key, value): (Spanned<_>, _)| Ok((Key { span: key.span(), name: key.into_inner() }, placed(value)?));
    table.into_iter().map(entry).collect::<Result<_, _>>().map(Value::Table)
}

fn placed(value: Spanned<DeValue<'_>>) -> Result<Placed<'_>, Wrong> {
    let span = value.span();
    let wrong = |message: &str| Wrong { message: message.into(), span: Some(span.clone()) };
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text),
        DeValue::Integer(n) => {
            Value::Whole(i64::from_str_radix(n.as_str(), n.radix()).map_err(|_| wrong("a whole number of more than 64 bits"))?)
        }
        DeValue::Float(n) => Value::Real(n.as_str().parse().map_err(|_| wrong("a number that cannot be read"))?),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(day) => Value::Text(Cow::Owned(day.to_string())),
        DeValue::Array(items) => Value::List(items.into_iter().map(placed).collect::<Result<_, _>>()?),
        DeValue::Table(table) => table_of(table)?,
    };
    Ok(Placed { value, span })
}
