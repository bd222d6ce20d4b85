/* Areas filled by class, with a digit inside as second cue. */
sahelgeo.kinds.areas = function (sheet, layer, map) {
    "use strict";
    var look = sheet.document.style.areas;
    var outline = sahelgeo.outline(sheet, layer, map);
    var polygons = layer.areas.map(function (area, number) {
        var polygon = area === null ? sahelgeo.settlement(sheet, layer, number) : L.polygon(sheet.latLngs(area), {
            pane: "sg-areas", smoothFactor: 0, className: "sg-area", color: layer.border, weight: look.border_width, fillOpacity: 1
        });
        polygon.bindTooltip(function () {
            return sheet.element("span", "", [sheet.tooltip(layer, number, layer.classes[layer.class_of[number]].label)]);
        }, { sticky: true });
        polygon.bindPopup(function () { return sheet.popup(layer, number); });
        polygon.on("mouseover popupopen", function () { outline.show(number); });
        polygon.on("mouseout popupclose", function () { if (!polygon.isPopupOpen()) outline.hide(number); });
        /* A second click closes: Leaflet would only move the popup. */
        var wasOpen = false;
        polygon.on("mousedown", function () { wasOpen = polygon.isPopupOpen(); });
        polygon.on("click", function () { if (wasOpen) polygon.closePopup(); });
        polygon.on("popupopen", function () { map.fire("sahelgeo:area", { area: area }); });
        polygon.on("popupclose", function () { map.fire("sahelgeo:area", { area: null }); });
        return polygon;
    });
    var digits = layer.areas.map(function (area, number) {
        var named = !layer.unnamed && layer.names[number];
        if (area === null || !(named || layer.labelled || layer.digits[number] || (layer.marks && layer.marks[number]))) return null;
        var text = sheet.element("span", "sg-digit", []), name = sheet.element("span", "sg-name", [named || ""]);
        var icon = L.divIcon({ className: "sg-digit-place", iconSize: [0, 0], html: sheet.element("div", "", [text, name]) });
        name.style.display = "none";
        return { text: text, name: name, number: number, polygon: polygons[number], place: layer.places[number], marker: L.marker([layer.places[number][1], layer.places[number][0]], { pane: "sg-labels", icon: icon, interactive: false, keyboard: false }) };
    }).filter(Boolean);
    var group = L.featureGroup(polygons.concat(digits.map(function (digit) { return digit.marker; })));

    /* Fills, digits and spoken labels as the layer says now: a layer over time says it anew for each period. */
    group.refresh = function () {
        polygons.forEach(function (polygon, number) {
            var drawn = layer.classes[layer.class_of[number]];
            if (polygon.refresh) polygon.refresh(drawn);
            else polygon.setStyle({ fillColor: sheet.pattern(drawn.colour, drawn.hatch) });
            if (polygon.speak) polygon.speak();
            if (polygon.isPopupOpen()) polygon.getPopup().update();
        });
        digits.forEach(function (digit) {
            var drawn = layer.classes[layer.class_of[digit.number]], marks = (layer.marks && layer.marks[digit.number]) || [];
            digit.text.replaceChildren.apply(digit.text, [layer.digits[digit.number]].concat(sahelgeo.marks(sheet, marks)));
            digit.text.style.color = drawn.text;
            digit.text.style.setProperty("--sg-halo", drawn.colour);
            digit.name.style.color = drawn.text;
            digit.name.style.setProperty("--sg-halo", drawn.colour);
        });
    };

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

    group.open = function (number) {
        if (layer.areas[number] !== null) map.fitBounds(polygons[number].getBounds(), { maxZoom: map.getZoom() + 2, animate: false });
        polygons[number].openPopup(L.latLng(layer.places[number][1], layer.places[number][0]));
    };
    group.on("add", function () { sahelgeo.keyboard(sheet, layer, polygons, outline); map.on("zoomend sahelgeo:layers", arrange); setTimeout(arrange, 0); });
    group.on("remove", function () { map.off("zoomend sahelgeo:layers", arrange); });
    group.refresh();
    return group;
};

/* A line around one area, above its neighbours. Moving the area itself to the front would take the keyboard's focus away from it. */
sahelgeo.outline = function (sheet, layer, map) {
    "use strict";
    var look = sheet.document.style.areas, lines = {};
    return {
        show: function (number) {
            if (lines[number] || layer.areas[number] === null) return;
            lines[number] = L.polygon(sheet.latLngs(layer.areas[number]), { pane: "sg-outlines", interactive: false, smoothFactor: 0, fill: false, color: look.highlight, weight: look.highlight_width });
            lines[number].addTo(map);
        },
        hide: function (number) {
            if (lines[number]) lines[number].remove();
            delete lines[number];
        }
    };
};

/* One tab stop for the areas of a layer; arrow keys go to the nearest area in that direction, Enter shows its figures, Escape closes them. */
sahelgeo.keyboard = function (sheet, layer, polygons, outline) {
    "use strict";
    var directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

    function nearest(from, direction) {
        var best = -1, least = Infinity, here = layer.places[from];
        layer.places.forEach(function (there, number) {
            var dx = there[0] - here[0], dy = there[1] - here[1];
            var along = dx * direction[0] + dy * direction[1], aside = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
            var cost = along + 2 * aside;
            if (number !== from && along > 0 && cost < least) { least = cost; best = number; }
        });
        return best;
    }

    function onKey(number, event) {
        if (directions[event.key]) {
            var next = nearest(number, directions[event.key]);
            if (next >= 0) {
                polygons[number].getElement().setAttribute("tabindex", "-1");
                polygons[next].getElement().setAttribute("tabindex", "0");
                polygons[next].getElement().focus();
            }
        } else if (event.key === "Enter" || event.key === " ") {
            polygons[number].openPopup(L.latLng(layer.places[number][1], layer.places[number][0]));
        } else if (event.key === "Escape") {
            polygons[number].closePopup();
        } else {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
    }

    polygons.forEach(function (polygon, number) {
        var path = polygon.getElement();
        if (path.dataset.keyed) return;
        path.dataset.keyed = "true";
        path.setAttribute("tabindex", number ? "-1" : "0");
        path.setAttribute("role", "button");
        polygon.speak = function () {
            path.setAttribute("aria-label", layer.names[number] + sheet.words.colon + " " + layer.classes[layer.class_of[number]].label + (number ? "" : ". " + sheet.words.keyboard_hint));
        };
        polygon.speak();
        path.addEventListener("keydown", function (event) { onKey(number, event); });
        path.addEventListener("focus", function () { if (path.matches(":focus-visible")) outline.show(number); });
        path.addEventListener("blur", function () { if (!polygon.isPopupOpen()) outline.hide(number); });
    });
};
