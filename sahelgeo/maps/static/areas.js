/* Areas filled by class, with a digit inside as second cue. */
sahelgeo.kinds.areas = function (sheet, layer, map) {
    "use strict";
    var look = sheet.document.style.areas;
    var outline = sahelgeo.outline(sheet, layer, map);
    var polygons = layer.areas.map(function (area, number) {
        var drawn = layer.classes[layer.class_of[number]];
        var polygon = L.polygon(sheet.latLngs(area), {
            pane: "sg-areas", smoothFactor: 0, className: "sg-area",
            color: layer.border, weight: look.border_width, fillColor: sheet.pattern(drawn.colour, drawn.hatch), fillOpacity: 1
        });
        polygon.bindTooltip(sheet.element("span", "", [sheet.tooltip(layer, number, drawn.label)]), { sticky: true });
        polygon.bindPopup(function () { return sheet.popup(layer, number); });
        polygon.on("mouseover popupopen", function () { outline.show(number); });
        polygon.on("mouseout popupclose", function () { if (!polygon.isPopupOpen()) outline.hide(number); });
        return polygon;
    });
    var digits = layer.digits.map(function (digit, number) {
        if (!digit) return null;
        var text = sheet.element("span", "sg-digit", [digit]);
        text.style.color = layer.classes[layer.class_of[number]].text;
        text.style.setProperty("--sg-halo", layer.classes[layer.class_of[number]].colour);
        var icon = L.divIcon({ className: "sg-digit-place", iconSize: [0, 0], html: text });
        return { text: text, polygon: polygons[number], place: layer.places[number], marker: L.marker([layer.places[number][1], layer.places[number][0]], { pane: "sg-labels", icon: icon, interactive: false, keyboard: false }) };
    }).filter(Boolean);
    var group = L.featureGroup(polygons.concat(digits.map(function (digit) { return digit.marker; })));

    /* A digit makes room for a circle on the same point, and hides where its area is too small to hold it. */
    function arrange() {
        digits.forEach(function (digit) {
            var box = digit.polygon._pxBounds;
            var size = box ? box.getSize() : { x: 0, y: 0 };
            var radius = sheet.radii[digit.place.join()] || 0;
            var shift = radius ? -(radius * 0.72 + 8) : 0;
            digit.text.style.display = Math.min(size.x, size.y) < 18 ? "none" : "";
            digit.text.style.transform = "translate(calc(-50% + " + shift + "px), calc(-50% + " + shift + "px))";
        });
    }
    group.on("add", function () { sahelgeo.keyboard(sheet, layer, polygons, outline); map.on("zoomend sahelgeo:layers", arrange); setTimeout(arrange, 0); });
    group.on("remove", function () { map.off("zoomend sahelgeo:layers", arrange); });
    return group;
};

/* A line around one area, above its neighbours. Moving the area itself to the front would take the keyboard's focus away from it. */
sahelgeo.outline = function (sheet, layer, map) {
    "use strict";
    var look = sheet.document.style.areas, lines = {};
    return {
        show: function (number) {
            if (lines[number]) return;
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
        path.setAttribute("aria-label", layer.names[number] + sheet.words.colon + " " + layer.classes[layer.class_of[number]].label + (number ? "" : ". " + sheet.words.keyboard_hint));
        path.addEventListener("keydown", function (event) { onKey(number, event); });
        path.addEventListener("focus", function () { if (path.matches(":focus-visible")) outline.show(number); });
        path.addEventListener("blur", function () { if (!polygon.isPopupOpen()) outline.hide(number); });
    });
};
