/* One legend for all layers: each layer's part is there while the layer is on. */
"use strict";
sahelgeo.legend = function (sheet) {
    var element = sheet.element, svg = sheet.svg, look = sheet.document.style, rowsOf = sahelgeo.legendRows(sheet);

    function arrowRows(layer) {
        return layer.legend_values.map(function (value) { return element("li", "", [arrow(layer, value), element("span", "", [sheet.write.whole(value)])]); });
    }

    /* Circles inside each other on one base line, each with its number beside its top. */
    function circleRows(layer) {
        var radii = layer.legend_values.map(function (value) { return sahelgeo.radius(sheet, layer, value); });
        if (!radii.length) return [];
        var room = radii[0], height = 2 * room + 8, shapes = [], lowest = -Infinity;
        radii.forEach(function (radius, number) {
            var top = height - 2 - 2 * radius, line = Math.max(top, lowest + 13);
            lowest = line;
            shapes.push(svg("circle", { cx: room + 2, cy: height - 2 - radius, r: radius, fill: layer.fill || look.symbols.fill, "fill-opacity": look.symbols.fill_opacity, stroke: look.symbols.border }));
            shapes.push(svg("path", { d: "M" + (room + 2) + " " + top + " L" + (2 * room + 8) + " " + line + " h8", fill: "none", stroke: "#595959", "stroke-width": 0.7 }));
            shapes.push(svg("text", { x: 2 * room + 20, y: line + 4, "font-size": 12, fill: look.text.colour }, [sheet.write.whole(layer.legend_values[number])]));
        });
        return [element("li", "", [svg("svg", { width: 2 * room + 110, height: Math.max(height, lowest + 8), role: "img", "aria-label": layer.title + sheet.words.colon + " " + layer.legend_values.map(sheet.write.whole).join("; ") }, shapes)])];
    }

    function arrow(layer, value) {
        var width = sahelgeo.width(sheet, layer, value), height = width * 2.1 + 9, middle = height / 2;
        var d = sahelgeo.arrowPath(look.arrows, { x: 0, y: middle }, { x: 29, y: middle }, { x: 58, y: middle }, width, 0, 0);
        return svg("svg", { width: 60, height: height, "aria-hidden": "true" }, [svg("path", { d: d, fill: layer.fill || look.arrows.fill, "fill-opacity": look.arrows.fill_opacity })]);
    }

    function part(entry) {
        var layer = entry.layer;
        var rows = { areas: rowsOf.areas, symbols: circleRows, arrows: arrowRows, events: rowsOf.events }[layer.kind](layer);
        var counted = { areas: layer.unnamed ? sheet.words.hexagons : sheet.words.areas, events: sheet.words.events }[layer.kind];
        var parts = [element("div", "sg-legend-title", [element("strong", "", [layer.title]), element("span", "sg-count", [counted || ""])])];
        if (layer.subtitle && !(sheet.view && sheet.view.shared)) parts.push(element("div", "sg-quiet", [layer.subtitle]));
        parts.push(element("ul", "", rows));
        layer.notes.forEach(function (note) { parts.push(element("p", "sg-quiet", [note])); });
        return element("section", "sg-legend-part", parts, { "data-layer": entry.key });
    }

    var control = L.control({ position: "bottomright" });
    control.onAdd = function (map) {
        this._parts = element("div", "", []);
        var folded = element("details", "", [element("summary", "", [sheet.words.legend]), this._parts]);
        folded.open = map.getContainer().clientWidth > 720;
        folded.addEventListener("toggle", function () { control.fit(); });
        map.on("resize", function () { control.fit(); });
        return (this._box = sheet.box("sg-legend", [folded], { role: "region", "aria-label": sheet.words.legend }));
    };
    /* A legend taller than the map is made smaller, as far as it can be read; then it scrolls, by keyboard too. */
    control.fit = function () {
        var box = this._box, map = sheet.map;
        if (document.documentElement.classList.contains("sg-printing") || (sheet.view && sheet.view.shared)) return;
        if (map.getSize().x > 720) {
            var room = Math.max(160, map.getSize().y - map._controlCorners.topright.offsetHeight - 24);
            box.style.maxHeight = "none";
            var small = Math.max(0.8, Math.min(1, room / box.scrollHeight));
            box.style.zoom = small < 1 ? small : "";
            box.style.maxHeight = room / small + "px";
        }
        box.tabIndex = box.scrollHeight > box.clientHeight + 1 ? 0 : -1;
    };
    control.draw = function () {
        var parts = this._parts;
        var on = sheet.layers.filter(function (entry) { return entry.on; });
        /* Outlines without figures explain themselves where there is anything else. */
        var told = on.filter(function (entry) { return entry.layer.fields.length || entry.layer.kind !== "areas"; });
        parts.replaceChildren.apply(parts, (told.length ? told : on).map(part));
        this._box.style.display = parts.childNodes.length ? "" : "none";
        this.fit();
    };
    return control;
};
