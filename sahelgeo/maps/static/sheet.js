/* One sheet for each map: its document, borders, patterns, words, and what stands around the map. All text enters the page as text nodes. */
"use strict";
var sahelgeo = (function () {

    var sheets = {};
    var kinds = {};
    var SVG = "http://www.w3.org/2000/svg";

    /* Attributes and children of an element; what is text becomes a text node. */
    function fill(made, attributes, children) {
        Object.keys(attributes || {}).forEach(function (name) { made.setAttribute(name, attributes[name]); });
        made.append.apply(made, children || []);
        return made;
    }

    function element(tag, className, children, attributes) {
        return fill(document.createElement(tag), Object.assign(className ? { "class": className } : {}, attributes), children);
    }

    /* For Leaflet's attribution, the one place that takes HTML and no element. */
    function escapeText(text) { return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;"); }

    function svg(tag, attributes, children) { return fill(document.createElementNS(SVG, tag), attributes, children); }

    function writer(lang) {
        function written(options) { return new Intl.NumberFormat(lang, options).format; }
        var whole = written({ maximumFractionDigits: 0 }), one = { maximumFractionDigits: 1, minimumFractionDigits: 1 };
        return { whole: whole, people: whole, decimal: written(one), share: written(Object.assign({ style: "percent" }, one)), text: String };
    }

    /* Whole numbers that are written as letters, five bits in each (the encoded polyline algorithm format). A plain list stays as it is. */
    function unpack(packed) {
        if (typeof packed !== "string") return packed;
        var numbers = [], value = 0, shift = 0;
        for (var i = 0; i < packed.length; i += 1) {
            var bits = packed.charCodeAt(i) - 63;
            value |= (bits & 31) << shift;
            shift += 5;
            if (bits < 32) {
                numbers.push(value & 1 ? ~(value >> 1) : value >> 1);
                value = shift = 0;
            }
        }
        return numbers;
    }

    /* Borders: arcs of whole numbers back to latitude and longitude. */
    function decodeArcs(topology) {
        return topology.arcs.map(function (arc) { return pointsOf(arc, topology.decimals).map(function (point) { return [point[1], point[0]]; }); });
    }

    /* Numbers from the steps between them. */
    function sums(steps, width) {
        steps.forEach(function (step, place) { if (place >= width) steps[place] += steps[place - width]; });
        return steps;
    }

    /* What a layer shares with one before, and what is written short, as lists of each thing's own. */
    function expand(read, layer) {
        ["names", "places", "points", "areas"].forEach(function (part) {
            var there = typeof layer[part] === "string" && layer[part].indexOf("/") > 0 ? layer[part].split("/") : null;
            if (there) layer[part] = read.layers[there[0]][there[1]];
            else if (typeof layer[part] === "string") layer[part] = part === "areas" ? sums(unpack(layer[part]), 1) : pointsOf(layer[part], read.decimals);
        });
        if (layer.kind === "time") return;
        showPeriod(layer, layer);
        layer.fields.forEach(function (field) { if (field.of) field.values = valuesOf(layer, field); });
    }

    function pointsOf(packed, decimals) {
        var points = [], unit = Math.pow(10, decimals), flat = sums(unpack(packed), 2);
        for (var i = 0; i < flat.length; i += 2) points.push([flat[i] / unit, flat[i + 1] / unit]);
        return points;
    }

    /* The classes of areas as a period writes them: one letter for each area. */
    function showPeriod(layer, period) {
        if (typeof period.class_of !== "string") return;
        layer.class_of = Array.from(period.class_of, function (mark) { return parseInt(mark, 36); });
        layer.digits = layer.class_of.map(function (one) { return layer.class_digits[one]; });
    }

    function valuesOf(layer, field, period) {
        if (field.of === "class") return layer.class_of.map(function (one) { return layer.classes[one].label; });
        return field.of === "values" ? layer.values : field.frames[period];
    }

    function ringPoints(arcs, ring) {
        return ring.flatMap(function (number, place) {
            var arc = number >= 0 ? arcs[number] : arcs[-1 - number].slice().reverse();
            return place ? arc.slice(1) : arc;
        });
    }

    /* Fills that are hatched: one SVG pattern for each hatch and colour. */
    function patterns(container) {
        var defs = svg("defs");
        container.appendChild(svg("svg", { width: 0, height: 0, "class": "sg-defs", "aria-hidden": "true" }, [defs]));
        var known = {}, drawn = {
            diagonal: ["path", { d: "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", stroke: "#7A7A7A", "stroke-width": 1.3 }],
            cross: ["path", { d: "M0,8 l8,-8 M0,0 l8,8", stroke: "#3D3D3D", "stroke-width": 1.1 }],
            dots: ["circle", { cx: 4, cy: 4, r: 1.1, fill: "#8C8C8C" }]
        };
        return function (colour, hatch) {
            if (!hatch) return colour;
            var id = "sg-" + container.id + "-" + hatch + "-" + colour.replace("#", "");
            known[id] = known[id] || defs.appendChild(svg("pattern", { id: id, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
                [svg("rect", { width: 8, height: 8, fill: colour }), svg.apply(null, drawn[hatch])]));
            return "url(#" + id + ")";
        };
    }

    /* A value in words: missing is said, a small count is withheld and said. */
    function inWords(sheet, value, form) {
        if (value === null) return sheet.words.no_data;
        if (value === "<") return form === "people" ? sheet.words.suppressed : sheet.words.withheld;
        return sheet.write[form](value);
    }

    /* Parts of a whole with their shares; where one is missing or withheld nothing is worked out. */
    function partsOf(layer, number) {
        var parts = layer.fields.filter(function (field) { return field.part; }).map(function (field) { return field.values[number]; });
        var known = parts.length && parts.every(function (value) { return typeof value === "number"; });
        return known ? { values: parts, sum: parts.reduce(function (sum, value) { return sum + value; }, 0) } : { sum: 0 };
    }

    function popup(sheet, layer, number) {
        var whole = partsOf(layer, number);
        function shared(value) { return sheet.write.whole(value) + " (" + sheet.write.share(value / whole.sum) + ")"; }
        var rows = layer.fields.map(function (field) {
            var value = field.values[number];
            return [field.label, field.part && whole.sum ? shared(value) : inWords(sheet, value, field.form)];
        });
        if (whole.sum && whole.values.length === 5) {
            rows.push([sheet.words.people_phase_3_or_above, shared(whole.values[2] + whole.values[3] + whole.values[4])]);
        }
        return card(layer, layer.names[number], rows);
    }

    /* What a popup says: a name, labels with their values, the period. */
    function card(layer, name, rows) {
        var table = rows.map(function (row) { return element("tr", "", [element("th", "", [row[0]]), element("td", "", [row[1]])]); });
        var parts = [element("strong", "sg-popup-name", [name]), element("table", "", table)];
        if (layer.subtitle) parts.push(element("p", "sg-quiet", [layer.subtitle]));
        return element("div", "sg-popup", parts);
    }

    /* Text under the pointer and figures on a click. */
    function bind(sheet, layer, number, drawn, value) {
        drawn.bindTooltip(function () {
            return element("span", "", [(layer.tooltips && layer.tooltips[number]) || sheet.named(layer, number, value())]);
        }, { sticky: true });
        drawn.bindPopup(function () { return popup(sheet, layer, number); });
        return drawn;
    }

    /* Where legend and buttons stand over the map. Asking makes the browser lay out the page, so it is asked only when they change. */
    function controlBoxes(map) {
        var frame = map.getContainer().getBoundingClientRect();
        return Array.from(map.getContainer().querySelectorAll(".leaflet-control")).map(function (control) {
            var own = control.getBoundingClientRect();
            return [own.left - frame.left, own.top - frame.top, own.right - frame.left, own.bottom - frame.top];
        });
    }

    function boxAround(middle, half, high) { return [middle.x - half, middle.y - high, middle.x + half, middle.y + high]; }

    /* Circles of counts and of events, settlements, broad arrows. */
    function discsOn(sheet, map) {
        return sheet.layers.filter(function (entry) { return entry.on && entry.discs; }).flatMap(function (entry) {
            return entry.discs().map(function (disc) { return { at: map.latLngToLayerPoint(disc.place).add(disc.aside || [0, 0]), radius: disc.radius }; });
        });
    }

    function touches(one, other) { return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]; }

    /* A box of our own on the map: what is done in it does not move the map. */
    function box(className, children, attributes) {
        var made = element("div", className + " leaflet-bar", children, attributes);
        L.DomEvent.disableClickPropagation(made).disableScrollPropagation(made);
        L.DomEvent.on(made, "keydown", L.DomEvent.stopPropagation);
        return made;
    }

    /* The countries around; returns their names, which are written where there is room. */
    function addGround(sheet, map) {
        var ground = sheet.document.ground, look = sheet.document.style.ground, places = pointsOf(ground.places, sheet.document.decimals);
        map.getContainer().style.background = look.sea;
        var shapes = sums(unpack(ground.areas), 1).map(function (area) {
            return sheet.shape(area, { pane: "sg-ground", color: look.border, weight: look.border_width, fillColor: look.land, fillOpacity: 1 }).addTo(map);
        });
        return ground.names.map(function (name, number) {
            var text = element("span", "", [name]), icon = L.divIcon({ className: "sg-ground-name", iconSize: [0, 0], html: text });
            return { text: text, country: shapes[number], marker: L.marker([places[number][1], places[number][0]], { pane: "sg-ground-names", icon: icon, interactive: false, keyboard: false }).addTo(map) };
        });
    }

    /* In a small frame of another page what stands around the map opens when it is asked for. */
    function folded(summary, parts) { return element("details", "sg-fold", [element("summary", "", [summary])].concat(parts)); }

    /* Title and notes for the top of a page, sources and disclaimer for its foot. */
    function furniture(sheet) {
        var page = sheet.document.page, credits = sheet.document.credits, words = sheet.words;
        document.documentElement.lang = sheet.document.lang;
        if (sheet.document.right_to_left) document.documentElement.classList.add("sg-right-to-left");
        var text = sheet.document.style.text, title = element("h1", "", [page.title]), head = [title];
        title.style.color = text.title;
        if (text.font) document.documentElement.style.setProperty("--sg-font", JSON.stringify(text.font));
        if (page.logo) head.unshift(element("img", "sg-logo", [], { src: page.logo, alt: "" }));
        if (page.subtitle) head.push(element("p", "sg-quiet", [page.subtitle]));
        var lines = credits.lines.map(function (line) { return element("li", "", [line]); });
        lines.unshift(element("li", "sg-foot-title", [words.sources + words.colon]));
        var foot = [element("ul", "", lines), element("p", "", [page.footer.join(" ") + " " + words.made_with + "."])];
        var table = tableButton(sheet);
        if (page.embed) {
            head = [folded(title, head.filter(function (part) { return part !== title; }))];
            foot = [folded(words.sources, [table[0]].concat(foot))];
            document.documentElement.classList.add("sg-embed");
        }
        return { head: element("header", "sg-head", head), foot: element("footer", "sg-foot", page.embed ? foot : [table[0]].concat(foot)), tables: table[1] };
    }

    function addPage(sheet, map) {
        var made = furniture(sheet), container = map.getContainer();
        sheet.bar = element("div", "sg-bar", [], { role: "region", "aria-label": sheet.words.period });
        container.before(made.head);
        container.after(sheet.bar, made.foot, made.tables);
        container.parentNode.classList.add("sg-page");
        fill(container, { role: "main", "aria-label": sheet.words.map_label + ": " + sheet.document.page.title });
    }

    /* The same figures as tables, for readers who cannot use a map; made when first asked for. */
    function dataTables(sheet) {
        return Object.keys(sheet.document.layers).map(function (key) {
            var layer = sheet.document.layers[key];
            var caption = layer.title + (layer.subtitle ? sheet.words.colon + " " + layer.subtitle : "");
            var heads = [{ arrows: sheet.words.movement, events: sheet.words.event_kind }[layer.kind] || sheet.words.area].concat(layer.fields.map(function (field) { return field.label; }));
            var head = element("tr", "", heads.map(function (label) { return element("th", "", [label], { scope: "col" }); }));
            var rows = layer.names.map(function (name, number) {
                return element("tr", "", [element("th", "", [name], { scope: "row" })].concat(layer.fields.map(function (field) { return element("td", "", [inWords(sheet, field.values[number], field.form)]); })));
            });
            return element("table", "sg-table", [element("caption", "", [caption]), element("thead", "", [head]), element("tbody", "", rows)]);
        });
    }

    function tableButton(sheet) {
        var button = element("button", "sg-table-button", [sheet.words.table_show], { type: "button", "aria-expanded": "false" });
        var room = element("section", "sg-tables", [], { hidden: "", "aria-label": sheet.words.table_label });
        sheet.renewTables = function (asked) { if (asked || room.childNodes.length) room.replaceChildren.apply(room, dataTables(sheet)); };
        button.addEventListener("click", function () {
            sheet.renewTables(true);
            room.hidden = !room.hidden;
            button.setAttribute("aria-expanded", String(!room.hidden));
            button.textContent = room.hidden ? sheet.words.table_show : sheet.words.table_hide;
            if (!room.hidden) room.scrollIntoView({ block: "nearest" });
        });
        return [button, room];
    }

    /* What folium's own popups and pins ask of a page: an element made of HTML, and a pin without linked pictures. */
    function helpFolium() {
        window.$ = window.$ || function (html) {
            return [new window.DOMParser().parseFromString(html.trim(), "text/html").body.firstElementChild];
        };
        function pin(colour) {
            var drop = '<svg width="24" height="41"><path d="M12 40C9 28 1 22 1 12a11 11 0 0 1 22 0c0 10-8 16-11 28z" stroke="#fff" fill="' + escapeText(colour) + '"/>';
            return L.divIcon({ className: "", iconSize: [24, 41], iconAnchor: [12, 40], popupAnchor: [0, -36], html: drop + '<circle cx="12" cy="12" r="4" fill="#fff"/></svg>' });
        }
        L.Marker.mergeOptions({ icon: pin("#2a81cb") });
        var named = { lightred: "#ff8e7f", darkpurple: "#5b396b" };
        L.AwesomeMarkers = L.AwesomeMarkers || { icon: function (options) { return pin(named[options.markerColor] || options.markerColor || "#2a81cb"); } };
    }

    /* On a phone and in a cell of a notebook the layer switch would cover the map: there it opens when it is asked for. */
    L.Control.Layers.addInitHook(function () {
        if (document.querySelector(".sg-page, .sg-panels-page") && window.innerWidth <= 1000) this.options.collapsed = true;
    });

    function addControls(sheet, map, controls) {
        if (controls.zoom) L.control.zoom({ position: "topleft", zoomInTitle: sheet.words.zoom_in, zoomOutTitle: sheet.words.zoom_out }).addTo(map);
        if (controls.scale) L.control.scale({ imperial: false }).addTo(map);
        if (!sheet.view && sheet.document.page.search) sahelgeo.search(sheet).addTo(map);
        if (!sheet.view && sheet.document.page.inset) sahelgeo.inset(sheet, sheet.document.page.inset).addTo(map);
        setTimeout(function () {
            var toggle = map.getContainer().querySelector(".leaflet-control-layers-toggle");
            if (toggle) toggle.title = sheet.words.layers;
        }, 0);
    }

    /* The layers that share their sizes: those of one map, or of maps under one legend. */
    function keysTogether(sheet, map) {
        if (!sheet.view) return Object.keys(sheet.document.layers);
        var section = sheet.document.sections.filter(function (one) { return one.shared && one.maps.indexOf(map.getContainer().id) >= 0; })[0];
        return section ? section.maps.reduce(function (keys, name) { return keys.concat(sheet.document.views[name].layers); }, []) : sheet.view.layers;
    }

    /* How much smaller circles must be so that none covers the middle of another; small ones lie above large ones. */
    function uncrowded(sheet, map) {
        var least = 1;
        keysTogether(sheet, map).forEach(function (key) {
            var layer = sheet.document.layers[key];
            if ((layer.of || layer.kind) !== "symbols") return;
            var values = layer.values || layer.frames[layer.frames.length - 1].values;
            var circles = layer.points.map(function (point, number) {
                return { at: map.latLngToLayerPoint([point[1], point[0]]), radius: sahelgeo.radius(sheet, layer, values[number]) };
            }).filter(function (one) { return one.radius > sheet.document.style.symbols.smallest_radius; });
            circles.forEach(function (one, number) {
                circles.slice(number + 1).forEach(function (other) {
                    var apart = one.at.distanceTo(other.at);
                    if (apart) least = Math.min(least, apart / Math.min(one.radius, other.radius));
                });
            });
        });
        return Math.max(sheet.document.style.symbols.least_apart, least);
    }

    /* Circles reach beyond their places, and nothing lies under the scale. */
    function edgeOf(sheet) {
        return (sheet.view ? sheet.view.layers : Object.keys(sheet.document.layers)).reduce(function (most, key) {
            var layer = sheet.document.layers[key], kind = layer.of || layer.kind;
            return Math.max(most, kind === "events" ? 34 : kind === "symbols" && !layer.outlines ? sheet.document.style.symbols.largest_radius * sheet.share + 4 : 18);
        }, 18);
    }

    function fitView(sheet, map) {
        map.invalidateSize();
        var bounds = L.latLngBounds((sheet.view || sheet.document).bounds), snap = map.options.zoomSnap;
        var shared = sheet.view && sheet.view.shared, wide = map.getSize().x > 720 && !shared, edge = edgeOf(sheet);
        map.options.zoomSnap = 0.05;
        /* Points keep clear of the buttons, all else of the legend, which is folded below a narrow map, and of the scale. */
        var below = wide || shared ? 32 * Boolean(sheet.scaled) : 54;
        map.fitBounds(bounds, { paddingTopLeft: [wide && edge > 18 ? edge + 38 : edge, edge], paddingBottomRight: [wide ? 232 + edge : edge, Math.max(edge, below)], animate: false });
        map.options.zoomSnap = snap;
        if (sheet.document.ground) {
            /* No further out than there is ground: beyond it there would be sea where is land. */
            map.options.maxBoundsViscosity = 1;
            map.setMaxBounds(sheet.document.ground.reach);
            if (sheet.freeZoom) map.setMinZoom(map.getBoundsZoom(sheet.document.ground.reach, true));
        }
        sheet.fitted = { centre: map.getCenter(), zoom: map.getZoom() };
    }

    /* Whether the view is one that the reader or the author chose; a map that gets another size keeps its middle to a pixel. */
    function chosen(sheet, map) {
        var fitted = sheet.fitted;
        return !fitted || fitted.zoom !== map.getZoom() || map.project(map.getCenter()).distanceTo(map.project(fitted.centre)) > 2;
    }

    /* When the map gets another size: the view that was fitted is fitted again, one that was chosen stays. */
    function refit(sheet, map) {
        if (chosen(sheet, map)) map.invalidateSize(); else fitView(sheet, map);
    }

    /* A printed page has another shape than the screen: the map is drawn anew for it, and as it was afterwards. */
    function fitPaper(sheet, map) {
        var before = null;
        /* What a reader has chosen is printed, and seen again afterwards, at the very zoom that it had. */
        function show() {
            var snap = map.options.zoomSnap;
            if (!before.chosen) {
                map.setMinZoom(0);
                fitView(sheet, map);
                return;
            }
            map.invalidateSize({ animate: false });
            map.options.zoomSnap = 0;
            map.setView(before.centre, before.zoom, { animate: false });
            map.options.zoomSnap = snap;
        }
        window.addEventListener("beforeprint", function () {
            var legend = sheet.legend.getContainer(), parts = legend.querySelector("details");
            before = { chosen: chosen(sheet, map), centre: map.getCenter(), zoom: map.getZoom(), open: parts.open };
            document.documentElement.classList.add("sg-printing");
            parts.open = true;
            show();
            /* A legend taller than the map is made as small as it must be. */
            var room = map.getSize().y - map._controlCorners.topright.offsetHeight - 24;
            legend.style.zoom = "";
            if (!(sheet.view && sheet.view.shared) && legend.offsetHeight > room) legend.style.zoom = room / legend.scrollHeight;
        });
        window.addEventListener("afterprint", function () {
            document.documentElement.classList.remove("sg-printing");
            sheet.legend.getContainer().querySelector("details").open = before.open;
            sheet.legend.fit();
            show();
        });
    }

    function create(documentId, map, controls) {
        var read = JSON.parse(document.getElementById(documentId).textContent);
        var arcs = decodeArcs(read.topology);
        read.topology.geometries = read.topology.geometries.map(function (polygons) {
            return polygons.map(function (rings) { return rings.map(function (ring) { return typeof ring === "string" ? sums(unpack(ring), 1) : ring; }); });
        });
        Object.keys(read.layers).forEach(function (key) { expand(read, read.layers[key]); });
        var sheet = {
            map: map, view: read.views ? read.views[map.getContainer().id] : null,
            document: read, words: read.words, write: writer(read.numbers), layers: [],
            renewTables: function () {}, pattern: patterns(map.getContainer()), element: element, svg: svg, radii: {},
            shape: function (number, options) {
                var rings = read.topology.geometries[number].map(function (polygon) { return polygon.map(function (ring) { return ringPoints(arcs, ring); }); });
                return L.polygon(rings, Object.assign({ interactive: false, smoothFactor: 0 }, options));
            },
            arcs: arcs, refit: function () { refit(sheet, map); },
            bind: function (layer, number, drawn, value) { return bind(sheet, layer, number, drawn, value); }, card: card,
            named: function (layer, number, value) { return [layer.names[number], value].filter(Boolean).join(read.words.colon + " "); },
            standing: function () { return { boxes: controlBoxes(map), discs: discsOn(sheet, map) }; },
            inWords: function (value, form) { return inWords(sheet, value, form); },
            touches: touches, boxAround: boxAround, box: box
        };
        [["sg-ground", 210], ["sg-ground-names", 220], ["sg-outlines-under", 215], ["sg-areas", 390], ["sg-edges", 393], ["sg-outlines", 395], ["sg-labels", 460], ["sg-symbols", 440], ["sg-arrows", 430], ["sg-events", 445], ["sg-settlements", 435]].forEach(function (pane) {
            map.createPane(pane[0]).style.zIndex = pane[1];
        });
        ["sg-ground", "sg-ground-names", "sg-labels", "sg-outlines", "sg-edges", "sg-outlines-under"].forEach(function (pane) { map.getPane(pane).style.pointerEvents = "none"; });
        if (read.page) {
            if (sheet.view) sheet.bar = map.getContainer().closest(".sg-panel").querySelector(".sg-bar");
            else addPage(sheet, map);
            addControls(sheet, map, controls);
            helpFolium();
        } else if (map.attributionControl) {
            sheet.document.credits.lines.forEach(function (line) {
                map.attributionControl.addAttribution(escapeText(line));
            });
        }
        var countries = read.ground && (!sheet.view || sheet.view.ground) ? addGround(sheet, map) : [];
        sheet.legend = sahelgeo.legend(sheet).addTo(map);
        sheet.labels = sahelgeo.labels(sheet, map, countries);
        /* On a small map symbols are smaller; they keep their size while it is open. */
        var size = map.getSize(), full = read.style.symbols;
        sheet.share = size.x ? Math.max(full.least_share, Math.min(1, size.x / full.full_width, size.y / full.full_height)) : 1;
        if (read.page) {
            sheet.scaled = controls.scale;
            sheet.freeZoom = map.options.minZoom === undefined;
            fitView(sheet, map);
            sheet.share *= uncrowded(sheet, map);
            fitPaper(sheet, map);
        }
        return sheet;
    }

    function sheetOf(documentId, map, controls) {
        var key = documentId + " " + map.getContainer().id;
        if (!sheets[key]) sheets[key] = create(documentId, map, controls || {});
        return sheets[key];
    }

    function drawLayer(documentId, key, map) {
        var sheet = sheetOf(documentId, map);
        var described = sheet.document.layers[key];
        var made = kinds[described.kind](sheet, described, map);
        var entry = { key: key, layer: described, on: false, open: made.open, covers: made.covers, discs: made.discs };
        sheet.layers.push(entry);
        made.on("add remove", function (event) {
            entry.on = event.type === "add";
            sheet.legend.draw();
            map.fire("sahelgeo:layers");
        });
        return made;
    }

    return { sheet: sheetOf, sheets: sheets, layer: drawLayer, kinds: kinds, element: element, fill: fill, writer: writer, furniture: furniture, showPeriod: showPeriod, valuesOf: valuesOf };
})();
