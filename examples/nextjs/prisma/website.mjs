// The website of a museum, as the studio's builder writes it: ten content types and their content.

/** A field as the user interface writes it. */
const field = (name, label, type, rest = {}) => ({
  id: `field_${name}`,
  name,
  label,
  type,
  ...rest,
})

/** A content type, its field list in order; `items` is how much content there is of it. */
function type(id, name, { plural, icon, description, items }, fields) {
  const ordered = fields.map((one, order) => ({ ...one, order }))
  return {
    id,
    name,
    items,
    fields: { name, pluralName: plural, icon, description, fields: ordered, relationships: [] },
  }
}

const options = (...labels) =>
  labels.map((label) => ({ label, value: label.toLowerCase().replaceAll(' ', '-') }))

const artist = type(
  'type_artist',
  'Artist',
  { plural: 'Artists', icon: '🎨', description: 'Who made it', items: 64 },
  [
    field('fullName', 'Full name', 'text', { required: true, validation: { maxLength: 120 } }),
    field('biography', 'Biography', 'richText'),
    field('portrait', 'Portrait', 'image', { helpText: 'Square, at least 800 pixels' }),
    field('born', 'Born', 'number', { validation: { min: 1200, max: 2100, precision: 0 } }),
    field('website', 'Website', 'url'),
  ],
)

const artwork = type(
  'type_artwork',
  'Artwork',
  { plural: 'Artworks', icon: '🖼️', description: 'A work in the collection', items: 412 },
  [
    field('title', 'Title', 'text', { required: true, validation: { maxLength: 160 } }),
    field('artist', 'Artist', 'reference', { referenceType: 'Artist' }),
    field('inventoryNumber', 'Inventory number', 'text', { required: true }),
    field('technique', 'Technique', 'select', {
      options: options('Oil', 'Print', 'Photograph', 'Sculpture'),
    }),
    field('images', 'Images', 'gallery'),
    field('onDisplay', 'On display', 'boolean'),
  ],
)

const room = type(
  'type_room',
  'Room',
  { plural: 'Rooms', icon: '🚪', description: 'A room that can be visited', items: 18 },
  [
    field('name', 'Name', 'text', { required: true }),
    field('floor', 'Floor', 'number', { validation: { min: -1, max: 4, precision: 0 } }),
    field('stepFree', 'Step-free access', 'boolean'),
  ],
)

const exhibition = type(
  'type_exhibition',
  'Exhibition',
  { plural: 'Exhibitions', icon: '🏛️', description: 'Shown for a while', items: 23 },
  [
    field('title', 'Title', 'text', { required: true, validation: { maxLength: 120 } }),
    field('summary', 'Summary', 'textarea', { validation: { maxLength: 400 } }),
    field('opensOn', 'Opens on', 'date', { required: true }),
    field('closesOn', 'Closes on', 'date'),
    field('room', 'Room', 'reference', { referenceType: 'Room' }),
    field('poster', 'Poster', 'image'),
  ],
)

const event = type(
  'type_event',
  'Event',
  { plural: 'Events', icon: '📅', description: 'Talks, tours and concerts', items: 57 },
  [
    field('title', 'Title', 'text', {
      required: true,
      validation: { minLength: 3, maxLength: 120 },
    }),
    field('startsAt', 'Starts at', 'date', { required: true }),
    field('seats', 'Seats', 'number', { validation: { min: 0, max: 900, precision: 0 } }),
    field('audience', 'Audience', 'select', {
      options: options('Everyone', 'Families', 'Schools'),
    }),
    field('exhibition', 'Exhibition', 'reference', { referenceType: 'Exhibition' }),
  ],
)

const author = type(
  'type_author',
  'Author',
  { plural: 'Authors', icon: '✍️', description: 'Who writes for the magazine', items: 11 },
  [
    field('fullName', 'Full name', 'text', { required: true }),
    field('email', 'Email', 'email'),
    field('staff', 'On the staff', 'boolean'),
  ],
)

const article = type(
  'type_article',
  'Article',
  { plural: 'Articles', icon: '📰', description: 'What the magazine prints', items: 138 },
  [
    field('title', 'Title', 'text', { required: true, validation: { maxLength: 120 } }),
    field('teaser', 'Teaser', 'textarea', { validation: { maxLength: 240 } }),
    field('body', 'Body', 'richText'),
    field('publishedOn', 'Published on', 'date', { required: true }),
    field('topic', 'Topic', 'select', { options: options('Collection', 'Research', 'Visit') }),
    field('author', 'Author', 'reference', { referenceType: 'Author' }),
  ],
)

const press = type(
  'type_press_release',
  'Press Release',
  { plural: 'Press releases', icon: '📣', description: 'For journalists', items: 29 },
  [
    field('headline', 'Headline', 'text', { required: true, validation: { maxLength: 90 } }),
    field('text', 'Text', 'richText', { required: true }),
    field('embargo', 'Embargo until', 'date'),
    field('contact', 'Contact', 'email'),
  ],
)

const question = type(
  'type_question',
  'Question',
  { plural: 'Questions', icon: '❓', description: 'Asked at the desk, answered here', items: 42 },
  [
    field('question', 'Question', 'text', { required: true, validation: { maxLength: 200 } }),
    field('answer', 'Answer', 'richText', { required: true }),
    field('tags', 'Tags', 'tags'),
  ],
)

const product = type(
  'type_product',
  'Product',
  { plural: 'Products', icon: '🛍️', description: 'Sold in the museum shop', items: 76 },
  [
    field('name', 'Name', 'text', { required: true, validation: { maxLength: 80 } }),
    field('price', 'Price', 'number', { required: true, validation: { min: 0, precision: 2 } }),
    field('images', 'Images', 'gallery'),
    field('artwork', 'Shows the artwork', 'reference', { referenceType: 'Artwork' }),
  ],
)

export const WEBSITE = {
  id: 'site_museum',
  name: 'Museum am Hafen',
  category: 'museum',
  description: 'Collection, exhibitions, magazine and shop',
  types: [artist, artwork, room, exhibition, event, author, article, press, question, product],
}
