//! The graph as a picture: a band for the account and for each region, and in it a column for each depth.

use std::collections::BTreeSet;

use crate::render::graph::layers::depths;
use crate::render::graph::{Graph, Vertex};
use crate::render::kind_words::kind_words;
use crate::render::markup::Markup;

/// The colours of a picture that stands alone.
const STYLE: &str = include_str!("standalone.css");
/// What the arrows end in. Black, it would not be seen on a dark page.
const ARROW: &str = "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" \
    markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path class=\"tip\" d=\"M0 0 8 4 0 8z\"/>\
    </marker></defs>";

const BOX: (usize, usize) = (186, 46);
/// Between two columns, and between two boxes of a column.
const GAP: (usize, usize) = (62, 12);
/// Around the boxes of a band, and above them for the title.
const PADDING: usize = 14;
const TITLE: usize = 30;
/// Between two bands.
const BETWEEN: usize = 12;

/// Where everything stands.
struct Layout {
    /// The upper left corner of each resource's box.
    corners: Vec<(usize, usize)>,
    /// The top and the height of each group's band; no height if the group has no resources.
    bands: Vec<(usize, usize)>,
    width: usize,
    height: usize,
}

impl Layout {
    fn of(graph: &Graph) -> Self {
        let depths = depths(graph);
        let columns = depths.iter().max().map_or(0, |deepest| deepest + 1);
        // The column of the last resource that needs each one.
        let mut farthest = vec![0; graph.vertices.len()];
        for (vertex, depth) in graph.vertices.iter().zip(&depths) {
            for needed in &vertex.needs {
                farthest[*needed] = farthest[*needed].max(*depth);
            }
        }
        let mut corners = vec![(0, 0); graph.vertices.len()];
        let mut bands = Vec::new();
        let mut top = 0;
        for group in 0..graph.groups.len() {
            let mut taken = BTreeSet::new();
            let mut members: Vec<usize> = graph.in_group(group).map(|(index, _)| index).collect();
            members.sort_by_key(|index| depths[*index]);
            let mut rows = 0;
            for index in members {
                let column = depths[index];
                // An arrow runs level as far as the last gap, so that no box may stand in its row.
                let columns = column..farthest[index].max(column + 1);
                let is_free = |row: &usize| columns.clone().all(|it| !taken.contains(&(it, *row)));
                let row = (0..).find(is_free).unwrap_or_default();
                taken.extend(columns.map(|column| (column, row)));
                let x = PADDING + column * (BOX.0 + GAP.0);
                corners[index] = (x, top + TITLE + row * (BOX.1 + GAP.1));
                rows = rows.max(row + 1);
            }
            if rows == 0 {
                bands.push((top, 0));
                continue;
            }
            let height = TITLE + rows * (BOX.1 + GAP.1) - GAP.1 + PADDING;
            bands.push((top, height));
            top += height + BETWEEN;
        }
        Layout {
            corners,
            bands,
            width: 2 * PADDING + columns * (BOX.0 + GAP.0) - GAP.0.min(columns * GAP.0),
            height: top.saturating_sub(BETWEEN),
        }
    }
}

/// The picture as a file of its own.
pub fn svg_file(graph: &Graph) -> String {
    let mut markup = Markup::default();
    draw(
        &mut markup,
        graph,
        &[("xmlns", "http://www.w3.org/2000/svg")],
        false,
    );
    markup.finish() + "\n"
}

/// The picture as a part of a page, where each box leads to the element with the id `r` and the index of
/// its resource.
pub fn svg(markup: &mut Markup, graph: &Graph) {
    draw(markup, graph, &[], true);
}

fn draw(markup: &mut Markup, graph: &Graph, own: &[(&'static str, &str)], in_page: bool) {
    let layout = Layout::of(graph);
    let (width, height) = (layout.width.to_string(), layout.height.to_string());
    let view = format!("0 0 {width} {height}");
    let role = if in_page { "group" } else { "img" };
    let label =
        "What is created in which order: an arrow leads from a resource to one that needs it";
    let attributes = [
        own,
        &[
            ("class", "graph"),
            ("viewBox", &view),
            ("width", &width),
            ("height", &height),
            ("role", role),
            ("aria-label", label),
        ],
    ]
    .concat();
    markup.element("svg", &attributes, |it| {
        if !in_page {
            it.leaf("title", &[], label);
            it.element("style", &[], |it| it.own(STYLE));
        }
        it.own(ARROW);
        for (title, (top, height)) in graph.groups.iter().zip(&layout.bands) {
            if *height > 0 {
                band(it, title, *top, (&width, *height));
            }
        }
        for (index, vertex) in graph.vertices.iter().enumerate() {
            for needed in &vertex.needs {
                arrow(it, layout.corners[*needed], layout.corners[index]);
            }
        }
        for (index, vertex) in graph.vertices.iter().enumerate() {
            if in_page {
                let target = format!("#r{index}");
                // The list of resources has the same links for the keyboard.
                it.element("a", &[("href", &target), ("tabindex", "-1")], |it| {
                    resource(it, vertex, layout.corners[index]);
                });
            } else {
                resource(it, vertex, layout.corners[index]);
            }
        }
    });
}

fn band(markup: &mut Markup, title: &str, top: usize, (width, height): (&str, usize)) {
    let (y, height, base) = (top.to_string(), height.to_string(), (top + 20).to_string());
    let frame = [
        ("class", "band"),
        ("x", "0"),
        ("y", &y),
        ("width", width),
        ("height", &height),
        ("rx", "10"),
    ];
    markup.element("rect", &frame, |_| {});
    let place = [("class", "group"), ("x", "14"), ("y", &base)];
    markup.leaf("text", &place, title);
}

fn arrow(markup: &mut Markup, from: (usize, usize), to: (usize, usize)) {
    let (x1, y1) = (from.0 + BOX.0, from.1 + BOX.1 / 2);
    let (x2, y2) = (to.0, to.1 + BOX.1 / 2);
    // The arrow runs level, and bends in the gap before the column that it leads to.
    let (start, bend) = (x2.saturating_sub(GAP.0), x2.saturating_sub(GAP.0 / 2));
    let path = format!("M{x1} {y1}H{start}C{bend} {y1} {bend} {y2} {x2} {y2}");
    markup.element(
        "path",
        &[
            ("class", "arrow"),
            ("d", &path),
            ("marker-end", "url(#arrow)"),
        ],
        |_| {},
    );
}

fn resource(markup: &mut Markup, vertex: &Vertex, (x, y): (usize, usize)) {
    let class = format!("box {}", vertex.action);
    let (kind, name) = vertex
        .address
        .split_once('.')
        .unwrap_or(("", &vertex.address));
    // The title of the band says in which region the resource is.
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let at = |offset: usize| (x + 12, y + offset);
    let (width, height) = (BOX.0.to_string(), BOX.1.to_string());
    let corner = (x.to_string(), y.to_string());
    markup.element("g", &[("class", class.trim_end())], |it| {
        it.leaf("title", &[], &vertex.address);
        let frame = [
            ("x", corner.0.as_str()),
            ("y", &corner.1),
            ("width", &width),
            ("height", &height),
            ("rx", "7"),
        ];
        it.element("rect", &frame, |_| {});
        line(it, "kind", at(18), kind_words(kind));
        line(it, "name", at(35), &shortened(name));
    });
}

fn line(markup: &mut Markup, class: &str, (x, y): (usize, usize), text: &str) {
    let (x, y) = (x.to_string(), y.to_string());
    markup.leaf("text", &[("class", class), ("x", &x), ("y", &y)], text);
}

/// A name that fits into its box. The box's title has all of it.
fn shortened(name: &str) -> String {
    const MOST: usize = 21;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    let start: String = name.chars().take(MOST - 1).collect();
    start + "…"
}
