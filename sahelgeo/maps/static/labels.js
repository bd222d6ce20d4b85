"use strict";
/* A digit and a name on one place, hidden until there is room for them. */
sahelgeo.label = function (sheet, number, name, place) {
    var digit = sheet.element("span", "sg-digit", []), written = sheet.element("span", "sg-name", [name]);
    var icon = L.divIcon({ className: "sg-digit-place", iconSize: [0, 0], html: sheet.element("div", "", [digit, written]) });
    digit.style.display = written.style.display = "none";
    return {
        number: number, text: digit, name: written, key: place.join(), wide: 0,
        marker: L.marker([place[1], place[0]], { pane: "sg-labels", icon: icon, interactive: false, keyboard: false })
    };
};

sahelgeo.colourLabel = function (span, look) {
    span.style.color = look.text;
    span.style.setProperty("--sg-halo", look.colour);
};

/* The labels of areas: digits and symbols of phases, and names. */
sahelgeo.areaLabels = function (sheet, layer, polygons) {
    var items = layer.areas.map(function (area, number) {
        var name = (!layer.unnamed && layer.names[number]) || "";
        if (area === null || !(name || layer.labelled || layer.digits[number] || (layer.marks && layer.marks[number]))) return null;
        return Object.assign(sahelgeo.label(sheet, number, name, layer.places[number]), { polygon: polygons[number] });
    }).filter(Boolean);
    return {
        layer: layer, items: items,
        refresh: function () {
            items.forEach(function (item) {
                var drawn = layer.classes[layer.class_of[item.number]], marks = (layer.marks && layer.marks[item.number]) || [];
                item.text.replaceChildren.apply(item.text, [layer.digits[item.number]].concat(marks.map(function (key) { return sahelgeo.markShape(sheet, key); })));
                [item.text, item.name].forEach(function (span) { sahelgeo.colourLabel(span, drawn); });
            });
        }
    };
};

/* The room on a map: what stands there takes some of it, and each label that finds a place takes more. */
sahelgeo.room = function (sheet, map) {
    var taken = [], discs = [], view = null, upper = null, look = sheet.document.style, land = { colour: look.ground.land, text: look.text.colour };

    function renew(areas) {
        upper = areas;
        view = L.bounds(map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(map.getSize()));
        var standing = sheet.standing();
        discs = standing.discs;
        taken = standing.boxes.map(function (box) {
            var one = map.containerPointToLayerPoint([box[0], box[1]]), other = map.containerPointToLayerPoint([box[2], box[3]]);
            return [one.x, one.y, other.x, other.y];
        });
    }

    function free(box) {
        return box[0] >= view.min.x && box[1] >= view.min.y && box[2] <= view.max.x && box[3] <= view.max.y &&
            !taken.some(function (other) { return sheet.touches(box, other); }) && !discs.some(function (disc) { return covers(disc, box); });
    }

    /* Whether the point of a box that is nearest to the middle of a disc lies in it. */
    function covers(disc, box) {
        return Math.hypot(Math.max(box[0] - disc.at.x, 0, disc.at.x - box[2]), Math.max(box[1] - disc.at.y, 0, disc.at.y - box[3])) < disc.radius;
    }

    /* Places along a label, or along its lower or upper edge. */
    function along(at, half, down) {
        return [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1].map(function (part) { return map.layerPointToLatLng(at.add([part * half, down || 0])); });
    }

    function inArea(item, at, half) { return along(at, half).every(function (place) { return sahelgeo.inside(item.polygon, place); }); }

    /* What a label would be written on: the areas on top, else the ground; nothing where it would lie on two colours. */
    function ground(at, half) {
        var under = along(at, half).map(function (place) {
            var found = upper && upper.items.find(function (item) { return sahelgeo.inside(item.polygon, place); });
            return found ? upper.layer.classes[upper.layer.class_of[found.number]] : land;
        });
        return under.every(function (one) { return one.colour === under[0].colour; }) ? under[0] : null;
    }

    /* Moves a label to the first of the places that suits it, and hides it where there is none. */
    function put(item, span, places, half, suits) {
        var shift = places.find(function (one) {
            var at = item.middle.add(one);
            return free(sheet.boxAround(at, half, look.labels.half_line)) && suits(at);
        });
        span.style.display = shift ? "" : "none";
        if (!shift) return null;
        taken.push(sheet.boxAround(item.middle.add(shift), half, look.labels.half_line));
        span.style.transform = "translate(calc(-50% + " + shift[0] + "px), calc(-50% + " + shift[1] + "px))";
        return shift;
    }

    return { renew: renew, along: along, inArea: inArea, ground: ground, put: put };
};

/* Where a label may stand: its places as the style gives them, for what stands on its point and half its width. Sheets of paper read the same. */
sahelgeo.places = function (rows, radius, half) {
    return rows.map(function (row) { return [row[0] * radius + row[1] * half + row[2], row[3] * radius + row[4]]; });
};

/* How much room an area has, and its name takes; `small` is 1 on a narrow map. */
sahelgeo.measureName = function (item, look, small) {
    var letters = item.name.textContent, capitals = Array.from(letters).filter(function (one) { return one !== one.toLowerCase(); }).length;
    item.size = item.polygon && item.polygon._pxBounds ? item.polygon._pxBounds.getSize() : L.point(0, 0);
    item.half = look.half_letter * (letters.length + look.capital * capitals) * look.name_sizes[small] / look.name_sizes[0] + 1;
    item.name.style.fontSize = look.name_sizes[small] + "px";
};

/* The places where arrows begin and end have their names before other areas. */
sahelgeo.endsFirst = function (sheet) {
    var ends = "," + sheet.layers.map(function (entry) { return (entry.on && entry.layer.arcs) || []; }).join() + ",";
    function ended(item) { return ends.indexOf("," + item.key + ",") >= 0; }
    return function (one, other) { return ended(other) - ended(one); };
};

/* All labels of a map share its room: names of large circles, digits, names of other circles, then of areas, large ones first, and of the countries around. */
sahelgeo.labels = function (sheet, map, countries) {
    var groups = [], room = sahelgeo.room(sheet, map), upper = null, arrows = false, look = sheet.document.style.labels, widths = sheet.document.style.marks, small = 0;

    function radiusAt(item) { return sheet.radii[item.key] || 0; }

    function marksOf(layer, number) { return (layer.marks && layer.marks[number]) || []; }

    /* A digit stays within its own area: in the area of another it would be that one's phase. */
    function placeDigit(group, item) {
        var layer = group.layer, marks = marksOf(layer, item.number), least = Math.min(item.size.x, item.size.y), radius = radiusAt(item);
        var half = look.half_digit + 0.5 * marks.reduce(function (wide, key) { return wide + widths[key]; }, 0);
        var written = group === upper && (layer.digits[item.number] || marks.length) && least >= look.lowest;
        var places = sahelgeo.places(radius ? look.digit_by_circle : look.digit_in_area, radius, half);
        var shift = room.put(item, item.text, written ? places : [], half, function (at) { return room.inArea(item, at, 0.7 * half); });
        item.wide = shift && !shift[0] && !shift[1] ? 8 : group.settled[item.key] ? 9 : 0;
        item.text.style.fontSize = look.digit_sizes[least < look.low ? 1 : 0] + "px";
    }

    /* A name stands by its circle, or not at all: on one colour, that of a large circle on a ground of its own where there is none. */
    function placeByCircle(item, radius, plate) {
        var drawn = null, places = radius && !(plate && item.half > look.plate) ? sahelgeo.places(look.name_by_circle, radius, item.half) : [];
        item.put = room.put(item, item.name, places, item.half, function (at) { drawn = plate ? { text: sheet.document.style.text.colour } : room.ground(at, item.half); return drawn; });
        if (item.put) sahelgeo.colourLabel(item.name, drawn);
        item.name.classList.toggle("sg-plate", Boolean(item.put) && plate);
    }

    /* Where nothing is on the point of an area its name is; else above, below, beside. On hexagons it has a ground of its own. */
    function placeInArea(item, wanted) {
        var clear = Math.max(item.wide, arrows ? 6 : 0), fits = wanted && item.size.y > 20 && item.size.x > 1.8 * item.half;
        var places = sahelgeo.places(clear ? look.name_in_area.slice(1) : look.name_in_area, clear, item.half);
        var shift = room.put(item, item.name, fits ? places : [], item.half, function (at) { return room.inArea(item, at, item.half); });
        item.name.classList.toggle("sg-plate", Boolean(shift) && room.along(item.middle.add(shift), item.half).some(layersThat(function (entry) { return entry.layer.unnamed; })));
    }

    /* Whether such a layer covers a place. */
    function layersThat(suit) {
        return function (place) { return sheet.layers.some(function (entry) { return entry.on && entry.covers && suit(entry) && entry.covers(place); }); };
    }

    /* A name of a country moves a little to where nothing is drawn, within the country; without such a place it is left out. */
    function placeCountry(item, covered) {
        var places = [[0, 0], [0, 18], [0, -18], [0, 36], [0, -36], [36, 0], [-36, 0], [36, 24], [-36, 24], [36, -24], [-36, -24]];
        item.middle = map.latLngToLayerPoint(item.marker.getLatLng());
        item.text.style.display = "";
        item.half = item.half || item.text.offsetWidth / 2;
        [0.9, 0].some(function (part) {
            return room.put(item, item.text, places, item.half + 3, function (at) {
                return room.along(at, part * item.half).every(function (place) { return sahelgeo.inside(item.country, place); }) &&
                    ![-8, 0, 8].some(function (down) { return room.along(at, item.half, down).some(covered); });
            });
        });
    }

    function arrange() {
        var named = {}, areas = groups.filter(function (group) { return !group.circles; }), circles = [];
        upper = areas.filter(function (group) { return group.items.length && !group.layer.unnamed; }).pop() || null;
        arrows = sheet.layers.some(function (entry) { return entry.on && entry.layer.kind === "arrows"; });
        small = map.getSize().x < look.narrow ? 1 : 0;
        room.renew(upper);
        groups.forEach(function (group) {
            group.items.forEach(function (item) {
                item.middle = map.latLngToLayerPoint(item.marker.getLatLng());
                sahelgeo.measureName(item, look, small);
                if (!group.circles) return;
                item.put = null;
                item.radius = named[item.key] ? 0 : group.circles(item);
                if (item.radius) named[item.key] = true;
                circles.push(item);
            });
        });
        circles.sort(function (a, b) { return b.radius - a.radius; });
        /* What finds no place by its large circle before the digits are there gets another try after them. */
        function byCircles(large, plate) {
            circles.forEach(function (item) { if (!item.put && (item.radius >= look.large) === large) placeByCircle(item, item.radius, plate); });
        }
        byCircles(true, false);
        areas.forEach(function (group) {
            group.items.sort(function (a, b) { return b.size.x * b.size.y - a.size.x * a.size.y; });
            group.items.forEach(function (item) { placeDigit(group, item); });
        });
        byCircles(true, true);
        byCircles(false, false);
        areas.forEach(function (group) {
            group.items.sort(sahelgeo.endsFirst(sheet)).forEach(function (item) { placeInArea(item, group === upper && item.name.textContent && !named[item.key]); });
        });
        countries.forEach(function (item) { placeCountry(item, layersThat(Boolean)); });
    }

    map.on("moveend resize sahelgeo:layers sahelgeo:discs", arrange);
    setTimeout(arrange, 0);
    return {
        add: function (group) { groups = groups.filter(function (one) { return one !== group; }).concat(group); setTimeout(arrange, 0); },
        remove: function (group) { groups = groups.filter(function (one) { return one !== group; }); }
    };
};
