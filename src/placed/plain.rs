// What the build makes of TOML before it packs it, shared by inclusion with the test that both forms are read alike.

/// A day as a string, which is how it is read.
fn plain(value: toml::Value) -> toml::Value {
    match value {
        toml::Value::Datetime(day) => toml::Value::String(day.to_string()),
        toml::Value::Array(items) => toml::Value::Array(items.into_iter().map(plain).collect()),
        toml::Value::Table(table) => toml::Value::Table(table.into_iter().map(|(k, v)| (k, plain(v))).collect()),
        other => other,
    }
}
