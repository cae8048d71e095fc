//! Starter policies of `trulyopen init`.

/// A starter.
pub struct Preset {
    pub name: &'static str,
    pub about: &'static str,
    pub text: &'static str,
}

/// Every preset, the default first.
pub static PRESETS: &[Preset] = &[
    Preset {
        name: "permissive-commercial",
        about: "models that a company may use and ship: open weights under permissive licenses",
        text: include_str!("presets/permissive-commercial.toml"),
    },
    Preset {
        name: "strict-open-source",
        about: "Open Source AI only: weights, training code and data information, all of it pinned",
        text: include_str!("presets/strict-open-source.toml"),
    },
    Preset { name: "inventory-only", about: "lists the models and fails for nothing", text: include_str!("presets/inventory-only.toml") },
];

/// The preset of a name.
pub fn by_name(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|p| p.name == name)
}
