//! The names of the grammar that the pass over a tree asks for at every node, looked up once: by name each
//! question would compare strings.

use std::num::NonZeroU16;
use std::sync::LazyLock;
use tree_sitter::{Language, Node};

/// The grammar.
pub static PYTHON: LazyLock<Language> = LazyLock::new(|| tree_sitter_python::LANGUAGE.into());

macro_rules! names {
    ($type:ident: $($name:ident = $text:literal),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type { $($name),+ }
        impl $type {
            const ALL: &[($type, &str)] = &[$(($type::$name, $text)),+];
        }
    };
}

names! { Field:
    Alias = "alias", Arguments = "arguments", Attribute = "attribute", Expression = "expression", Function = "function", Key = "key",
    Left = "left", ModuleName = "module_name", Name = "name", Object = "object", Operator = "operator", Parameters = "parameters",
    Right = "right", Subscript = "subscript", Superclasses = "superclasses", Value = "value",
}

names! { Kind:
    Import = "import_statement", ImportFrom = "import_from_statement", Comment = "comment", String = "string", List = "list", Tuple = "tuple",
    Dictionary = "dictionary", Pair = "pair", Assignment = "assignment", NamedExpression = "named_expression", For = "for_statement",
    ForIn = "for_in_clause", Return = "return_statement", Function = "function_definition", Lambda = "lambda", Class = "class_definition",
    Call = "call",
}

static FIELDS: LazyLock<Vec<Option<NonZeroU16>>> =
    LazyLock::new(|| Field::ALL.iter().map(|(_, name)| PYTHON.field_id_for_name(name)).collect());

static KINDS: LazyLock<Vec<Option<Kind>>> = LazyLock::new(|| {
    let mut out = vec![None; PYTHON.node_kind_count()];
    for (kind, name) in Kind::ALL {
        if let Some(slot) = out.get_mut(usize::from(PYTHON.id_for_node_kind(name, true))) {
            *slot = Some(*kind);
        }
    }
    out
});

/// The child of a field.
pub fn child(node: Node<'_>, field: Field) -> Option<Node<'_>> {
    let id = FIELDS.get(field as usize).copied().flatten()?;
    node.child_by_field_id(id.get())
}

/// The kind of a node, where the pass asks for it.
pub fn kind(node: Node<'_>) -> Option<Kind> {
    KINDS.get(usize::from(node.kind_id())).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_has_every_name() {
        for (field, name) in Field::ALL {
            assert!(FIELDS[*field as usize].is_some(), "{name}");
        }
        for (kind, name) in Kind::ALL {
            assert!(KINDS.contains(&Some(*kind)), "{name}");
        }
    }
}
