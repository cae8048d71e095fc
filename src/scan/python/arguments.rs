//! The arguments of a call, and what stands where one is not given.

use super::facts::Facts;
use super::grammar::{Field, child};
use tree_sitter::Node;

/// An argument of a call by its position or name.
pub fn argument<'t>(call: Node<'t>, facts: &Facts<'t>, position: usize, name: &str) -> Option<Node<'t>> {
    keyword(call, facts, name).or_else(|| positional(call, position))
}

/// The argument of a name.
pub fn keyword<'t>(call: Node<'t>, facts: &Facts<'t>, name: &str) -> Option<Node<'t>> {
    let list = child(call, Field::Arguments).filter(|a| a.kind() == "argument_list")?;
    let mut walk = list.walk();
    let found = list.named_children(&mut walk).find(|a| a.kind() == "keyword_argument" && facts.field(*a, Field::Name) == name);
    found?.child_by_field_name("value")
}

/// The argument of a position, none where what stands before is of unknown length.
pub fn positional(call: Node<'_>, position: usize) -> Option<Node<'_>> {
    let list = child(call, Field::Arguments).filter(|a| a.kind() == "argument_list")?;
    let mut walk = list.walk();
    let arguments: Vec<Node> = list.named_children(&mut walk).filter(|a| a.kind() != "comment").take(position + 1).collect();
    arguments.into_iter().take_while(|a| !matches!(a.kind(), "keyword_argument" | "list_splat" | "dictionary_splat")).nth(position)
}

/// The default that a call such as `getenv("MODEL", "…")` or `Field("…")` carries.
pub fn default_of<'t>(call: Node<'t>, facts: &Facts<'t>) -> Option<Node<'t>> {
    let named = ["default", "value"].iter().find_map(|n| keyword(call, facts, n));
    let last = child(call, Field::Function).map(|f| facts.path(f)).and_then(|p| p.last().copied());
    let only = matches!(last, Some("Field" | "field" | "Option" | "Argument" | "Form" | "Query" | "Body"));
    named.or_else(|| {
        positional(
            call,
            if only {
                0
            } else if last == Some("getattr") {
                2
            } else {
                1
            },
        )
    })
}
