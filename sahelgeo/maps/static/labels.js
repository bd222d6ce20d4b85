/* Digits and names inside areas, each where there is room for it. */
sahelgeo.areaLabels = function (sheet, layer, map, polygons) {
    "use strict";
    var digits = layer.areas.map(function (area, number) {
        var named = !layer.unnamed && layer.names[number];
        if (area === null || !(named || layer.labelled || layer.digits[number] || (layer.marks && layer.marks[number]))) return null;
        var text = sheet.element("span", "sg-digit", []), name = sheet.element("span", "sg-name", [named || ""]);
        var icon = L.divIcon({ className: "sg-digit-place", iconSize: [0, 0], html: sheet.element("div", "", [text, name]) });
        name.style.display = "none";
        return { text: text, name: name, number: number, polygon: polygons[number], place: layer.places[number], marker: L.marker([layer.places[number][1], layer.places[number][0]], { pane: "sg-labels", icon: icon, interactive: false, keyboard: false }) };
    }).filter(Boolean);

    function refresh() {
        digits.forEach(function (digit) {
            var drawn = layer.classes[layer.class_of[digit.number]], marks = (layer.marks && layer.marks[digit.number]) || [];
            digit.text.replaceChildren.apply(digit.text, [layer.digits[digit.number]].concat(sahelgeo.marks(sheet, marks)));
            digit.text.style.color = drawn.text;
            digit.text.style.setProperty("--sg-halo", drawn.colour);
            digit.name.style.color = drawn.text;
            digit.name.style.setProperty("--sg-halo", drawn.colour);
        });
    }

    /* A digit makes room for a circle on the same point, and hides where its area is too small to hold it or another digit stands. */
    function arrange() {
        var taken = [];
        digits.forEach(function (digit) {
            var bounds = digit.polygon._pxBounds, radius = sheet.radii[digit.place.join()] || 0;
            digit.size = bounds ? bounds.getSize() : L.point(0, 0);
            digit.middle = map.latLngToLayerPoint(digit.marker.getLatLng());
            digit.shift = radius ? -(radius * 0.72 + 8) : 0;
        });
        digits.sort(function (a, b) { return b.size.x * b.size.y - a.size.x * a.size.y; });
        digits.forEach(function (digit) {
            var room = Math.min(digit.size.x, digit.size.y), marks = ((layer.marks && layer.marks[digit.number]) || []).length;
            var written = layer.digits[digit.number] || marks;
            var box = around(digit.middle.add([digit.shift, digit.shift]), 5 + 6 * marks, 7);
            var shown = written && room >= 18 && !taken.some(function (other) { return sheet.touches(box, other); });
            if (shown) taken.push(box);
            digit.wide = shown ? 8 : 0;
            digit.text.style.display = shown ? "" : "none";
            digit.text.style.fontSize = room < 34 ? "12px" : "";
            digit.text.style.transform = "translate(calc(-50% + " + digit.shift + "px), calc(-50% + " + digit.shift + "px))";
        });
        arrangeNames(taken);
    }

    function around(middle, half, high) { return [middle.x - half, middle.y - high, middle.x + half, middle.y + high]; }

    /* Names of areas, large areas first, each where it fits into its area and touches no digit, circle or name; of two layers the upper one has names. */
    function arrangeNames(taken) {
        var on = sheet.layers.filter(function (entry) { return entry.on; });
        var areas = on.filter(function (entry) { return entry.layer.kind === "areas"; });
        var upper = areas.length && areas[areas.length - 1].layer === layer && !layer.unnamed;
        var arrows = on.some(function (entry) { return entry.layer.kind === "arrows"; });
        Object.keys(sheet.radii).forEach(function (place) {
            var radius = sheet.radii[place], ends = place.split(",");
            if (radius) taken.push(around(map.latLngToLayerPoint([ends[1], ends[0]]), radius, radius));
        });
        digits.forEach(function (digit) {
            var half = 3.2 * layer.names[digit.number].length, radius = sheet.radii[digit.place.join()] || 0;
            var clear = Math.max(radius, digit.wide, arrows ? 6 : 0);
            var fits = upper && 2 * half < 0.86 * digit.size.x && digit.size.y > 26 + 2 * clear;
            var place = (fits ? (clear ? [clear + 8, -clear - 8] : [0]) : []).filter(function (down) {
                var box = around(digit.middle.add([0, down]), half, 7);
                return !taken.some(function (other) { return sheet.touches(box, other); });
            })[0];
            if (place !== undefined) taken.push(around(digit.middle.add([0, place]), half, 7));
            if (place === digit.was) return;
            digit.was = place;
            digit.name.style.display = place === undefined ? "none" : "";
            if (place !== undefined) digit.name.style.transform = "translate(-50%, calc(-50% + " + place + "px))";
        });
    }

    return { markers: digits.map(function (digit) { return digit.marker; }), refresh: refresh, arrange: arrange };
};
