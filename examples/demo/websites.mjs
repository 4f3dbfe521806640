// Three websites, written by the three things that write into the studio's database. They use two
// dialects: the user interface and the assistant store an object, the seed a bare list of fields.

/** A field as the user interface writes it. */
const ui = (name, label, type, rest = {}) => ({ id: `field_${name}`, name, label, type, ...rest })

/** A definition as the user interface and the assistant write it. */
const definition = (name, pluralName, description, fields, relationships = []) => ({
  name,
  pluralName,
  icon: '📄',
  description,
  fields: fields.map((field, order) => ({ ...field, order })),
  relationships,
})

const journal = {
  id: 'site_journal',
  name: 'Harbour Journal',
  category: 'news',
  writtenBy: 'user interface',
  types: [
    {
      id: 'type_article',
      name: 'Article',
      items: 24,
      fields: definition('Article', 'Articles', 'What the paper prints', [
        ui('title', 'Title', 'text', { required: true, validation: { maxLength: 120 } }),
        ui('body', 'Body', 'richText'),
        ui('publishedOn', 'Published on', 'date', { required: true }),
        ui('topic', 'Topic', 'select', {
          options: [
            { label: 'Harbour', value: 'harbour' },
            { label: 'Culture', value: 'culture' },
          ],
        }),
        ui('author', 'Author', 'reference', { referenceType: 'Author' }),
      ]),
    },
    {
      id: 'type_author',
      name: 'Author',
      items: 5,
      fields: definition('Author', 'Authors', 'Who writes', [
        ui('fullName', 'Full name', 'text', { required: true }),
        ui('portrait', 'Portrait', 'image', { helpText: 'Square' }),
        ui('staff', 'On the staff', 'boolean'),
      ]),
    },
    {
      id: 'type_event',
      name: 'Event',
      items: 8,
      fields: definition('Event', 'Events', 'Public events', [
        ui('title', 'Title', 'text', { required: true, validation: { minLength: 3 } }),
        ui('startsOn', 'Starts on', 'date', { required: true }),
        ui('seats', 'Seats', 'number', { validation: { min: 0, max: 900, precision: 0 } }),
      ]),
    },
  ],
}

const shop = {
  id: 'site_shop',
  name: 'Chandlery',
  category: 'shop',
  writtenBy: 'assistant',
  types: [
    {
      id: 'type_gadget',
      name: 'Gadget',
      items: 40,
      fields: definition('Gadget', 'Gadgets', '', [
        ui('name', 'Gadget name', 'text', { required: true }),
        ui('price', 'Price', 'number', { required: true, validation: { min: 0, precision: 2 } }),
        ui('images', 'Images', 'gallery'),
        ui('specs', 'Specs', 'json'),
        ui('maker', 'Maker', 'reference', { referenceType: 'Maker' }),
      ]),
    },
    {
      id: 'type_maker',
      name: 'Maker',
      items: 6,
      fields: definition('Maker', 'Makers', '', [
        ui('name', 'Name', 'text', { required: true }),
        ui('site', 'Web site', 'url'),
      ]),
    },
  ],
}

const blog = {
  id: 'site_blog',
  name: 'Crew Blog',
  category: 'blog',
  writtenBy: 'seed',
  types: [
    {
      id: 'type_blog_post',
      name: 'Blog Post',
      items: 12,
      fields: [
        { name: 'headline', type: 'text', required: true, maxLength: 80 },
        { name: 'topic', type: 'select', options: ['News', 'Howto'] },
        { name: 'labels', type: 'array', itemType: 'text' },
        { name: 'postedAt', type: 'datetime', required: true },
        { name: 'pinned', type: 'boolean', default: false },
      ],
    },
    {
      id: 'type_notice',
      name: 'Notice',
      items: 3,
      fields: [
        { name: 'text', type: 'textarea', required: true },
        { name: 'contact', type: 'email' },
        { name: 'until', type: 'datetime' },
      ],
    },
  ],
}

export const WEBSITES = [journal, shop, blog]
