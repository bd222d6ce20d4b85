/* One tab stop for each layer; arrow keys go to the nearest item in that direction, Enter shows its figures, Escape closes them. */
"use strict";
sahelgeo.keyboard = function (sheet, items) {
    var directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

    function nearest(from, direction) {
        var best = -1, least = Infinity, here = items[from].place;
        items.forEach(function (item, number) {
            var dx = item.place[0] - here[0], dy = item.place[1] - here[1];
            var along = dx * direction[0] + dy * direction[1], aside = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
            var cost = along + 2 * aside;
            if (number !== from && along > 0 && cost < least) { least = cost; best = number; }
        });
        return best;
    }

    function onKey(number, event) {
        var drawn = items[number].drawn;
        if (directions[event.key]) {
            var next = items[nearest(number, directions[event.key])];
            if (next) {
                drawn.getElement().setAttribute("tabindex", "-1");
                sahelgeo.fill(next.drawn.getElement(), { tabindex: "0" }).focus();
            }
        } else if (event.key === "Enter" || event.key === " ") {
            drawn.openPopup(L.latLng(items[number].place[1], items[number].place[0]));
        } else if (event.key === "Escape") {
            drawn.closePopup();
        } else {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
    }

    items.forEach(function (item, number) {
        var path = item.drawn.getElement();
        if (!path || path.dataset.keyed) return;
        sahelgeo.fill(path, { "data-keyed": "true", tabindex: number ? "-1" : "0", role: "button" });
        item.drawn.speak = function () { path.setAttribute("aria-label", item.label() + (number ? "" : ". " + sheet.words.keyboard_hint)); };
        item.drawn.speak();
        path.addEventListener("keydown", function (event) { onKey(number, event); });
        if (!item.seen) return;
        path.addEventListener("focus", function () { if (path.matches(":focus-visible")) item.seen(true); });
        path.addEventListener("blur", function () { item.seen(false); });
    });
};
