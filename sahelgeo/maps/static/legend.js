/* One legend for all layers: each layer's part is there while the layer is on. */
sahelgeo.legend = function (sheet) {
    "use strict";
    var element = sheet.element, svg = sheet.svg, look = sheet.document.style;

    function classRows(layer) {
        return layer.classes.map(function (one) {
            var swatch = svg("svg", { width: 22, height: 15, "aria-hidden": "true" }, [svg("rect", { x: 0.5, y: 0.5, width: 21, height: 14, fill: sheet.pattern(one.colour, one.hatch), stroke: "#8C8C8C" })]);
            return element("li", one.count ? "" : "sg-none", [swatch, element("span", "", [one.label]), element("span", "sg-count", [sheet.write.whole(one.count)])]);
        });
    }

    /* Symbols and settlements, each there only where the map has one. */
    function markRows(layer) {
        return (layer.legend_marks || []).map(function (one) {
            var shape = /^(urban|idp_site|refugee)$/.test(one.key) ? sahelgeo.settlementShape(sheet, one.key, "#FFFFFF") : sahelgeo.markShape(sheet, one.key);
            return element("li", "", [element("span", "sg-legend-mark", [shape]), element("span", "", [one.label]), element("span", "sg-count", [sheet.write.whole(one.count)])]);
        });
    }

    /* Three by three squares: the first number grows to the right, the second upwards. */
    function keyRows(layer) {
        var size = 34, left = 26, top = 4, shapes = [], number;
        function say(text, attributes) {
            var made = svg("text", Object.assign({ "font-size": 10.5, fill: look.text.colour, "text-anchor": "middle" }, attributes));
            made.textContent = text;
            shapes.push(made);
        }
        for (number = 0; number < 9; number += 1) {
            var one = layer.classes[number], x = left + (number % 3) * size, y = top + (2 - Math.floor(number / 3)) * size;
            shapes.push(svg("rect", { x: x, y: y, width: size, height: size, fill: one.colour, stroke: "#FFFFFF" }));
            say(sheet.write.whole(one.count), { x: x + size / 2, y: y + size / 2 + 4, fill: one.text });
        }
        layer.key.classes[0].forEach(function (text, column) { say(text, { x: left + (column + 0.5) * size, y: top + 3 * size + 13, "font-size": 9.5 }); });
        layer.key.classes[1].forEach(function (text, row) {
            var y = top + (2.5 - row) * size;
            say(text, { x: 18, y: y, "font-size": 9.5, transform: "rotate(-90 18 " + y + ")" });
        });
        var drawing = svg("svg", { width: left + 3 * size + 4, height: top + 3 * size + 18, role: "img", "aria-label": layer.key.labels.join(" × ") }, shapes);
        var axes = element("div", "sg-key-labels", [element("div", "", ["→ " + layer.key.labels[0]]), element("div", "", ["↑ " + layer.key.labels[1]])]);
        return [element("li", "sg-key", [drawing, axes])].concat(classRows({ classes: layer.classes.slice(9) }));
    }

    function areaRows(layer) {
        return (layer.key ? keyRows(layer) : classRows(layer)).concat(markRows(layer));
    }

    function eventRows(layer) {
        var counts = layer.kinds.map(function () { return 0; });
        layer.kind_of.forEach(function (kind) { counts[kind] += 1; });
        var disc = svg("svg", { width: 22, height: 22, "aria-hidden": "true" }, [svg("circle", { cx: 11, cy: 11, r: 10, fill: look.events.fill })]);
        var what = layer.by === "fatalities" ? sheet.words.circle_of_fatalities : sheet.words.circle_of_events;
        return [element("li", "", [disc, element("span", "", [what])])].concat(layer.kinds.map(function (kind, number) {
            return element("li", "", [element("span", "", [kind]), element("span", "sg-count", [sheet.write.whole(counts[number])])]);
        }));
    }

    function arrowRows(layer) {
        var draw = arrow(layer);
        return layer.legend_values.map(function (value) { return element("li", "", [draw(value), element("span", "", [sheet.write.whole(value)])]); });
    }

    /* Circles inside each other on one base line, each with its number beside its top. */
    function circleRows(layer) {
        var radii = layer.legend_values.map(function (value) { return sahelgeo.radius(sheet, layer, value); });
        if (!radii.length) return [];
        var room = radii[0], height = 2 * room + 8, shapes = [], lowest = -Infinity;
        radii.forEach(function (radius, number) {
            var top = height - 2 - 2 * radius, line = Math.max(top, lowest + 13);
            lowest = line;
            shapes.push(svg("circle", { cx: room + 2, cy: height - 2 - radius, r: radius, fill: look.symbols.fill, "fill-opacity": 0.35, stroke: look.symbols.fill }));
            shapes.push(svg("path", { d: "M" + (room + 2) + " " + top + " L" + (2 * room + 8) + " " + line + " h8", fill: "none", stroke: "#595959", "stroke-width": 0.7 }));
            var text = svg("text", { x: 2 * room + 20, y: line + 4, "font-size": 12, fill: look.text.colour });
            text.textContent = sheet.write.whole(layer.legend_values[number]);
            shapes.push(text);
        });
        return [element("li", "", [svg("svg", { width: 2 * room + 110, height: Math.max(height, lowest + 8), role: "img" }, shapes)])];
    }

    function arrow(layer) {
        return function (value) {
            var width = sahelgeo.width(sheet, layer, value), height = width * 2.1 + 9, middle = height / 2;
            var d = sahelgeo.arrowPath({ x: 0, y: middle }, { x: 29, y: middle }, { x: 58, y: middle }, width, 0, 0);
            return svg("svg", { width: 60, height: height, "aria-hidden": "true" }, [svg("path", { d: d, fill: look.arrows.fill, "fill-opacity": look.arrows.fill_opacity })]);
        };
    }

    function part(entry) {
        var layer = entry.layer;
        var rows = { areas: areaRows, symbols: circleRows, arrows: arrowRows, events: eventRows }[layer.kind](layer);
        var heading = [element("strong", "", [layer.title])];
        if (layer.kind === "areas") heading.push(element("span", "sg-count", [sheet.words.areas]));
        var parts = [element("div", "sg-legend-title", heading)];
        if (layer.subtitle) parts.push(element("div", "sg-quiet", [layer.subtitle]));
        if (layer.synthetic) parts.push(element("div", "sg-warning", [sheet.words.synthetic]));
        parts.push(element("ul", "", rows));
        layer.notes.forEach(function (note) { parts.push(element("p", "sg-quiet", [note])); });
        var section = element("section", "sg-legend-part", parts);
        section.dataset.layer = entry.key;
        return section;
    }

    var control = L.control({ position: "bottomright" });
    control.onAdd = function (map) {
        this._parts = element("div", "", []);
        var folded = element("details", "", [element("summary", "", [sheet.words.legend]), this._parts]);
        folded.open = map.getContainer().clientWidth > 720;
        this._box = element("div", "sg-legend leaflet-bar", [folded]);
        this._box.setAttribute("role", "region");
        this._box.setAttribute("aria-label", sheet.words.legend);
        L.DomEvent.disableClickPropagation(this._box).disableScrollPropagation(this._box);
        return this._box;
    };
    control.draw = function () {
        var parts = this._parts;
        parts.replaceChildren.apply(parts, sheet.layers.filter(function (entry) { return entry.on; }).map(part));
        this._box.style.display = parts.childNodes.length ? "" : "none";
    };
    return control;
};
