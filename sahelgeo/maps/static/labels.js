sahelgeo.boxAround = function (middle, half, high) {
    "use strict";
    return [middle.x - half, middle.y - high, middle.x + half, middle.y + high];
};

/* On the point of an area, or around the circle that stands there. */
sahelgeo.digitPlaces = function (radius) {
    "use strict";
    var aside = Math.round(radius * 0.72 + 8), away = Math.round(radius + 9);
    if (!radius) return [[0, 0]];
    return [[-aside, -aside], [aside, -aside], [-aside, aside], [aside, aside], [-away, 0], [away, 0], [0, -away], [0, away]];
};

/* Circles of counts and of events, and what stands over the map. */
sahelgeo.circleBoxes = function (sheet, map) {
    "use strict";
    var around = sahelgeo.boxAround;
    var boxes = Object.keys(sheet.radii).filter(function (place) { return sheet.radii[place]; }).map(function (place) {
        var ends = place.split(",");
        return around(map.latLngToLayerPoint([ends[1], ends[0]]), sheet.radii[place] * 0.85, sheet.radii[place] * 0.85);
    });
    sheet.layers.forEach(function (entry) {
        if (entry.on && entry.discs) entry.discs().forEach(function (disc) { boxes.push(around(map.latLngToLayerPoint(disc.place), disc.radius, disc.radius)); });
    });
    /* Nothing stands under the scale bar, the legend and the buttons. */
    return boxes.concat(sheet.controls().map(function (box) {
        var one = map.containerPointToLayerPoint([box[0], box[1]]), other = map.containerPointToLayerPoint([box[2], box[3]]);
        return [one.x, one.y, other.x, other.y];
    }));
};

/* Digits and names inside areas, each where there is room for it. */
sahelgeo.areaLabels = function (sheet, layer, map, polygons) {
    "use strict";
    var around = sahelgeo.boxAround, MARK_WIDTHS = { evidence_1: 6, evidence_2: 12, evidence_3: 18, assistance: 5 };
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

    /* A digit makes room for a circle on the same point, within its own area. It hides where it finds no room: in the area of another it would be that one's phase. */
    function arrange() {
        var taken = sahelgeo.circleBoxes(sheet, map), covered = !isUpper();
        digits.forEach(function (digit) {
            var bounds = digit.polygon._pxBounds;
            digit.size = bounds ? bounds.getSize() : L.point(0, 0);
            digit.middle = map.latLngToLayerPoint(digit.marker.getLatLng());
        });
        digits.sort(function (a, b) { return b.size.x * b.size.y - a.size.x * a.size.y; });
        digits.forEach(function (digit) {
            var room = Math.min(digit.size.x, digit.size.y), marks = (layer.marks && layer.marks[digit.number]) || [];
            var written = !covered && (layer.digits[digit.number] || marks.length) && room >= 18;
            var half = 5 + 0.5 * marks.reduce(function (wide, key) { return wide + (MARK_WIDTHS[key] || 13); }, 0);
            var place = written ? sahelgeo.digitPlaces(sheet.radii[digit.place.join()] || 0).filter(function (shift) {
                var at = digit.middle.add(shift), box = around(at, half, 7);
                return own(digit, at, half) && !taken.some(function (other) { return sheet.touches(box, other); });
            })[0] : undefined;
            digit.wide = place ? 8 : 0;
            digit.text.style.display = place ? "" : "none";
            if (!place) return;
            taken.push(around(digit.middle.add(place), half, 7));
            digit.text.style.fontSize = room < 34 ? "12px" : "";
            digit.text.style.transform = "translate(calc(-50% + " + place[0] + "px), calc(-50% + " + place[1] + "px))";
        });
        arrangeNames(taken);
    }

    function own(digit, at, half) {
        return [-0.7 * half, 0.7 * half].every(function (aside) { return sahelgeo.inside(digit.polygon, map.layerPointToLatLng(at.add([aside, 0]))); });
    }

    /* Whether no other filled areas lie over these. Hexagons have gaps, and cover nothing for certain. */
    function isUpper() {
        var areas = sheet.layers.filter(function (entry) { return entry.on && entry.layer.kind === "areas" && !entry.layer.unnamed; });
        return Boolean(areas.length) && areas[areas.length - 1].layer === layer;
    }

    /* Names of areas, large areas first, each where it fits into its area and touches no digit, circle or name; of two layers the upper one has names. */
    function arrangeNames(taken) {
        var upper = isUpper();
        var arrows = sheet.layers.some(function (entry) { return entry.on && entry.layer.kind === "arrows"; });
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
